// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Heap, start-up and sizes: each from virtual machines of its own, started one after the other. */
final class Figures {
  private static final List<String> PROVIDERS = List.of("lockfree", "locked");
  private static final Pattern NEEDED =
      Pattern.compile(
          "(commons-(configuration2|lang3|text|logging|io)|dagger|.*inject.*|jspecify)-.*");
  private static final int GOAL_MEGABYTES = 256;
  private static final int LIMIT_SECONDS = 150;

  private final Plan plan;
  private final PrintStream console;
  private final List<Figure> all = new ArrayList<>();

  Figures(Plan plan, PrintStream console) {
    this.plan = plan;
    this.console = console;
  }

  /** About how long they take on one JDK. */
  static double seconds(boolean quick) {
    return quick ? 30 : 150;
  }

  /** All of them; one that fails is said and left out. */
  List<Figure> all() {
    try {
      Path folder = Files.createTempDirectory("quern-bench");
      String path = userPath(folder);
      for (Jdk jdk : plan.jdks()) {
        for (String provider : PROVIDERS) {
          console.println("heap and start-up: " + provider + ", " + jdk.name());
          startUp(jdk, provider, path);
          heap(jdk, provider);
        }
      }
      delete(folder);
    } catch (IOException e) {
      console.println("left out, heap, start-up or sizes: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return all;
  }

  private void startUp(Jdk jdk, String provider, String path)
      throws IOException, InterruptedException {
    int starts = plan.quick() ? 7 : 15;
    Map<String, List<Double>> parts = new LinkedHashMap<>();
    for (int i = 0; i < starts; i++) {
      for (String what : List.of("total", "parts")) {
        lines(jdk, List.of("-cp", path, "-Dquern.provider=" + provider), "StartUp", what)
            .forEach(f -> parts.computeIfAbsent(f.name(), n -> new ArrayList<>()).add(f.value()));
      }
    }
    double wiring = 0;
    for (Map.Entry<String, List<Double>> part : parts.entrySet()) {
      double millis = Statistics.median(part.getValue());
      boolean total = part.getKey().equals("first open");
      add(total ? "start-up" : "start-up part", jdk, provider, part.getKey(), millis, "ms");
      if (List.of("finding the runtime", "providers", "wiring").contains(part.getKey())) {
        wiring += millis;
      }
    }
    if (wiring > 0) {
      add("start-up", jdk, provider, "discovery and wiring", wiring, "ms");
    }
  }

  private void heap(Jdk jdk, String provider) throws IOException, InterruptedException {
    List<String> options =
        List.of("-cp", System.getProperty("java.class.path"), "-Xmx1g", "-XX:+UseG1GC");
    for (Figure f : lines(jdk, options, "Footprint", provider)) {
      add("heap", jdk, provider, f.name(), f.value(), f.unit());
    }
    if (!plan.quick()) { // it takes minutes
      million(jdk, provider, options);
    }
  }

  /** In so much heap as they are to fit in; where they don't, what they hold in a larger one. */
  private void million(Jdk jdk, String provider, List<String> options)
      throws IOException, InterruptedException {
    for (int heap : List.of(GOAL_MEGABYTES, 8 * GOAL_MEGABYTES)) {
      List<String> sized = new ArrayList<>(options);
      sized.set(2, "-Xmx" + heap + "m");
      List<Figure> fits = lines(jdk, sized, "Footprint", provider, "million");
      if (!fits.isEmpty()) {
        Figure f = fits.get(0);
        boolean fit = heap == GOAL_MEGABYTES;
        double value = fit ? f.value() : Math.max(f.value(), GOAL_MEGABYTES + 1);
        add("heap", jdk, provider, f.name(), value, f.unit());
        return;
      }
    }
  }

  private void add(String topic, Jdk jdk, String subject, String name, double value, String unit) {
    all.add(new Figure(topic, jdk.name(), subject, name, value, unit));
  }

  /** What a main prints: name, value and unit. None if it failed. */
  private List<Figure> lines(Jdk jdk, List<String> options, String main, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(jdk.java().toString()));
    command.addAll(options);
    if (jdk.feature() >= 23) {
      command.add("--sun-misc-unsafe-memory-access=allow"); // JOL
    }
    command.add("-XX:+ExitOnOutOfMemoryError"); // or it collects for ever
    command.add("dev.quern.benchmarks." + main);
    command.addAll(Arrays.asList(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    process
        .onExit()
        .completeOnTimeout(process, LIMIT_SECONDS, TimeUnit.SECONDS)
        .thenAccept(Process::destroyForcibly);
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() == 0 ? parse(said) : List.of();
  }

  static List<Figure> parse(String said) {
    return said.lines()
        .map(line -> line.split("\t"))
        .filter(parts -> parts.length == 3)
        .map(p -> new Figure("", "", "", p[0], Double.parseDouble(p[1]), p[2]))
        .toList();
  }

  /** Jars as a user has them, the modules' made on the spot; their sizes are figures, too. */
  private String userPath(Path folder) throws IOException {
    List<String> path = new ArrayList<>();
    Map<String, Long> sizes = new LinkedHashMap<>(); // ours first
    Map<String, Long> neighbours = new TreeMap<>();
    String separator = System.getProperty("path.separator");
    for (String entry : System.getProperty("java.class.path").split(Pattern.quote(separator))) {
      Path place = Path.of(entry);
      String name = String.valueOf(place.getFileName());
      if (Files.isDirectory(place) && place.endsWith(Path.of("target", "classes"))) {
        String module =
            place.toAbsolutePath().getName(place.toAbsolutePath().getNameCount() - 3).toString();
        Path jar = Jars.make(place, folder.resolve(module + ".jar"));
        path.add(jar.toString());
        if (!module.equals("benchmarks")) {
          sizes.put("quern-" + module.replaceFirst("^impl-", ""), Files.size(jar));
        }
      } else if (NEEDED.matcher(name).matches()) {
        path.add(entry);
        neighbours.put(name.replaceFirst("\\.jar$", ""), Files.size(place));
      }
    }
    sizes.putAll(neighbours);
    sizes.forEach(this::size);
    long one = sizes.values().stream().mapToLong(bytes -> bytes).sum();
    size("in all, with lockfree alone", one - sizes.getOrDefault("quern-locked", 0L));
    return String.join(separator, path);
  }

  private void size(String name, long bytes) {
    all.add(new Figure("size", "", "jar", name, bytes / 1024.0, "KiB"));
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}

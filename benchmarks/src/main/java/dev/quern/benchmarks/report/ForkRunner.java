// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import dev.quern.benchmarks.CpuProfiler;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Has JMH run one fork, and reads off what it measured. */
final class ForkRunner implements AutoCloseable {
  /** Forks that hang are ended; what hangs is a bug of the benchmark or of what it runs. */
  private static final int LIMIT_SECONDS = 300;

  private static final Pattern LATENCY = Pattern.compile("p\\d+(\\.\\d+)?|max|early");

  private final boolean quick;
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          body -> {
            Thread thread = new Thread(body, "fork-watch");
            thread.setDaemon(true);
            return thread;
          });

  ForkRunner(boolean quick) {
    this.quick = quick;
    System.setProperty("jmh.ignoreLock", "true"); // others that run are seen by what they use
  }

  /** Waits for it. Never throws because of the benchmark: that is the fork's failure. */
  Fork run(Jdk jdk, Contest contest, String contender) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    ScheduledFuture<?> limit = watch.schedule(this::endForks, LIMIT_SECONDS, TimeUnit.SECONDS);
    try (PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
      Collection<RunResult> results =
          new Runner(
                  options(jdk, contest, contender).build(),
                  OutputFormatFactory.createFormatInstance(out, VerboseMode.NORMAL))
              .run();
      for (RunResult result : results) {
        for (BenchmarkResult fork : result.getBenchmarkResults()) {
          return figures(fork);
        }
      }
      return Fork.failed(reason(said.toString(StandardCharsets.UTF_8), limit.isDone()));
    } catch (RunnerException e) {
      return Fork.failed(String.valueOf(e.getMessage()));
    } finally {
      limit.cancel(false);
    }
  }

  private ChainedOptionsBuilder options(Jdk jdk, Contest contest, String contender) {
    Shape shape = contest.shape();
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("\\." + Pattern.quote(shape.benchmark()) + "$")
            .param(Shape.CONTENDER, contender)
            .jvm(jdk.java().toString())
            .jvmArgs(jdk.arguments(contest.heap()).toArray(String[]::new))
            .forks(1)
            .shouldFailOnError(false)
            .addProfiler(GCProfiler.class)
            .addProfiler(CpuProfiler.class);
    shape.params().forEach(options::param);
    if (quick) { // has no say in benchmarks that are measured by single shots
      TimeValue each = TimeValue.milliseconds(Benchmarks.QUICK_MILLIS);
      options.warmupTime(each).measurementTime(each);
    }
    return options;
  }

  private static Fork figures(BenchmarkResult fork) {
    List<Double> nanos = new ArrayList<>();
    Map<String, List<Double>> others = new TreeMap<>();
    for (IterationResult iteration : fork.getIterationResults()) {
      nanos.add(nanos(iteration.getPrimaryResult()));
      iteration
          .getSecondaryResults()
          .forEach(
              (name, r) ->
                  others.computeIfAbsent(label(name), n -> new ArrayList<>()).add(value(r)));
    }
    Map<String, Double> medians = new TreeMap<>();
    others.forEach((name, figures) -> medians.put(name, Statistics.median(figures)));
    Map<String, Double> latencies = new TreeMap<>(medians);
    latencies.keySet().removeIf(name -> !LATENCY.matcher(name).matches());
    return new Fork(
        0,
        main(nanos, latencies),
        medians.getOrDefault("gc.alloc.rate.norm", Double.NaN),
        medians.getOrDefault("cpu.norm", Double.NaN),
        latencies,
        Double.NaN,
        true,
        null);
  }

  /** Who counts percentiles waits between operations: the time as a whole holds the gaps, too. */
  static double main(List<Double> nanos, Map<String, Double> latencies) {
    return latencies.getOrDefault("p50", Statistics.median(nanos));
  }

  /**
   * Percentiles are named {@code p99}, in JMH's sample mode {@code offer:p0.99}, in counters {@code
   * p99_9}.
   */
  static String label(String name) {
    String last = name.substring(name.lastIndexOf(':') + 1).replace("\u00b7", "");
    if (last.matches("p[01]\\.\\d+")) {
      double percent = Double.parseDouble(last.substring(1)) * 100;
      return percent == 100
          ? "max"
          : "p" + String.format("%.4f", percent).replaceFirst("\\.?0*$", "");
    }
    return last.replace('_', '.').replaceFirst("^p999$", "p99.9").replaceFirst("^p9999$", "p99.99");
  }

  private static double value(Result<?> result) {
    return result.getScoreUnit().matches("[nmu]?s/op") ? nanos(result) : result.getScore();
  }

  private static double nanos(Result<?> result) {
    return nanos(result.getScore(), result.getScoreUnit());
  }

  /** Of one operation, whichever way round JMH says it. */
  static double nanos(double score, String unit) {
    String[] parts = unit.split("/");
    boolean rate = parts[0].equals("ops");
    double scale =
        switch (rate ? parts[1] : parts[0]) {
          case "ns" -> 1;
          case "us" -> 1e3;
          case "ms" -> 1e6;
          case "s" -> 1e9;
          default -> throw new IllegalArgumentException("unit " + unit);
        };
    return rate ? scale / score : scale * score;
  }

  /** The exception that the fork died of, if it said one. */
  static String reason(String output, boolean ended) {
    if (ended) {
      return "ended after " + LIMIT_SECONDS + " s";
    }
    return output
        .lines()
        .dropWhile(line -> !line.contains("<failure>"))
        .skip(1)
        .filter(line -> !line.isBlank())
        .findFirst()
        .map(String::trim)
        .orElse("the fork gave no result");
  }

  /** JMH's forks are the only children of this process while one runs. */
  private void endForks() {
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public void close() {
    watch.shutdownNow();
  }
}

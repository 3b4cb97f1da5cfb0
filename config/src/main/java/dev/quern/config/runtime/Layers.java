// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.Kind;
import dev.quern.OpenOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.apache.commons.configuration2.CompositeConfiguration;
import org.apache.commons.configuration2.interpol.Lookup;
import org.jspecify.annotations.Nullable;

/**
 * The sources of rule R3 that are not code, strongest first, and one way to read a key from them.
 * {@code ${key}} in a value is the value of that key, from whichever source; {@code ${sys:name}}
 * and {@code ${env:NAME}} reach what is no key.
 */
final class Layers {
  private final List<Layer> layers = new ArrayList<>();
  private final CompositeConfiguration combined = new CompositeConfiguration();
  private final EnvironmentConfiguration environment;

  /** What a key's strongest source says. */
  record Found(String key, String text, String source) {}

  private Layers(OpenOptions options, Sources sources) {
    Map<String, Lookup> lookups =
        Map.of("sys", sources.system()::getProperty, "env", sources.environment()::get);
    combined.installInterpolator(lookups, List.of()); // those of the library reach the network
    environment = new EnvironmentConfiguration(sources.environment());
    add(Layer.program(options.settings()));
    add(Layer.system(sources.system()));
    add(Layer.environment(environment));
  }

  /** Reads all sources; what can't be read becomes a problem. */
  static Layers read(OpenOptions options, Sources sources, List<String> problems) {
    Layers layers = new Layers(options, sources);
    Optional<Found> config = layers.find(Settings.CONFIG.pattern());
    if (config.isPresent()) {
      layers.addChosen(config.get(), sources.directory(), problems);
    } else {
      layers.addUsual(sources, problems);
    }
    return layers;
  }

  /** The strongest source's value, interpolated. */
  Optional<Found> find(String key) {
    return layers.stream()
        .filter(layer -> layer.values().containsKey(key))
        .findFirst()
        .map(layer -> read(layer, key));
  }

  /**
   * What is said of an option of a primitive of that name. What is said of per-CPU pools holds for
   * each CPU's, unless something is said of that one (rule P12).
   */
  Optional<Found> find(Key<?> key, String name) {
    return find(key.of(name))
        .or(
            () ->
                key.kind() == Kind.THREAD_POOL
                    ? CpuNames.common(name).flatMap(common -> find(key.of(common)))
                    : Optional.empty());
  }

  /** What environment variables say of an option, for whichever name. */
  List<Found> variables(Key<?> key) {
    return environment
        .variablesOf(key)
        .map(
            entry ->
                new Found(
                    entry.getKey(),
                    interpolate(entry.getValue()),
                    "environment variable " + entry.getKey()))
        .toList();
  }

  /** What one source says of a key, be it the strongest or not. */
  Found read(Layer layer, String key) {
    return new Found(key, interpolate(layer.values().getProperty(key)), layer.source().apply(key));
  }

  /** Every key of the runtime that a source gives; variables say no keys. */
  Set<String> keys() {
    Set<String> keys = new TreeSet<>();
    combined.getKeys().forEachRemaining(keys::add);
    keys.removeIf(key -> !key.startsWith(Key.PREFIX));
    return keys;
  }

  /** Strongest first. */
  List<Layer> layers() {
    return List.copyOf(layers);
  }

  EnvironmentConfiguration environment() {
    return environment;
  }

  /**
   * The text with each {@code ${...}} replaced; one that leads nowhere, or round in a circle, is
   * left as it is.
   */
  String interpolate(@Nullable Object raw) {
    try {
      return String.valueOf(combined.getInterpolator().interpolate(raw));
    } catch (IllegalStateException circle) {
      return String.valueOf(raw);
    }
  }

  private void addChosen(Found config, Path directory, List<String> problems) {
    Path file = directory.resolve(config.text().strip());
    try {
      add(Layer.file(file.toString(), Files.newInputStream(file)));
    } catch (IOException | RuntimeException e) {
      problems.add(Problems.malformed(Settings.CONFIG, config) + ", but: " + e);
    }
  }

  private void addUsual(Sources sources, List<String> problems) {
    Path file = sources.directory().resolve(Sources.FILE);
    if (Files.exists(file)) {
      addFile(file.toString(), () -> Files.newInputStream(file), problems);
    }
    URL resource = sources.classPath();
    if (resource != null && !isSame(resource, file)) {
      addFile(resource.toString(), () -> open(resource), problems);
    }
  }

  private void addFile(String where, Callable<InputStream> content, List<String> problems) {
    try {
      add(Layer.file(where, content.call()));
    } catch (Exception e) {
      problems.add("file " + where + ": expected a readable properties file, but: " + e);
    }
  }

  private static InputStream open(URL resource) throws IOException {
    var connection = resource.openConnection();
    connection.setUseCaches(false); // or the jar stays open
    return connection.getInputStream();
  }

  private static boolean isSame(URL resource, Path file) {
    return resource.toString().equals(file.toUri().toString())
        || resource.toString().equals("file:" + file);
  }

  private void add(Layer layer) {
    layers.add(layer);
    combined.addConfiguration(layer.values());
  }

  /** Whether one source gives a key more than once. */
  static boolean isRepeated(Layer layer, String key) {
    return layer.values().getProperty(key) instanceof Collection<?>;
  }
}

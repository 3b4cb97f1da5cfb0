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
import org.jspecify.annotations.Nullable;

/**
 * The sources of rule R3 that are not code, strongest first, and one way to read a key from them.
 * {@code ${key}} in a value is the value of that key, from whichever source; {@code ${sys:name}}
 * and {@code ${env:NAME}} reach what is no key.
 */
final class Layers {
  private final List<Layer> layers = new ArrayList<>();
  private final Sources sources;
  private final EnvironmentLayer environment;
  private volatile @Nullable Interpolation interpolation; // of all layers, made when first needed

  /** What a key's strongest source says. */
  record Found(String key, String text, String source) {}

  private Layers(OpenOptions options, Sources sources) {
    this.sources = sources;
    environment = new EnvironmentLayer(sources.environment());
    layers.add(Layer.program(options.settings()));
    layers.add(Layer.system(sources.system()));
    layers.add(environment);
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
    for (Layer layer : layers) {
      Object value = layer.value(key);
      if (value != null) {
        return Optional.of(new Found(key, interpolate(value), layer.source(key)));
      }
    }
    return Optional.empty();
  }

  /**
   * What is said of an option of a primitive of that name. What is said of per-CPU pools holds for
   * each CPU's, unless something is said of that one (rule P12).
   */
  Optional<Found> find(Key<?> key, String name) {
    Optional<Found> found = find(key.of(name));
    return found.isEmpty() && key.kind() == Kind.THREAD_POOL
        ? CpuNames.common(name).flatMap(common -> find(key.of(common)))
        : found;
  }

  /** What environment variables say of an option, for whichever name. */
  List<Found> variables(Key<?> key) {
    List<Found> all = new ArrayList<>();
    for (Map.Entry<String, String> set : environment.variablesOf(key)) {
      String source = "environment variable " + set.getKey();
      all.add(new Found(set.getKey(), interpolate(set.getValue()), source));
    }
    return all;
  }

  /** What one source says of a key, be it the strongest or not. */
  Found read(Layer layer, String key) {
    return new Found(key, interpolate(layer.value(key)), layer.source(key));
  }

  /** Every key of the runtime that a source gives; variables say no keys. */
  Set<String> keys() {
    Set<String> keys = new TreeSet<>();
    for (Layer layer : layers) {
      for (String key : layer.keys()) {
        if (key.startsWith(Key.PREFIX)) {
          keys.add(key);
        }
      }
    }
    return keys;
  }

  /** Strongest first. */
  List<Layer> layers() {
    return List.copyOf(layers);
  }

  /**
   * The text with each {@code ${...}} replaced; one that leads nowhere, or round in a circle, is
   * left as it is.
   */
  private String interpolate(@Nullable Object raw) {
    return raw instanceof String text && text.contains("${")
        ? interpolation().replace(text)
        : String.valueOf(raw);
  }

  private Interpolation interpolation() {
    Interpolation made = interpolation;
    if (made == null) {
      made = new Interpolation(sources);
      layers.forEach(made::add);
      interpolation = made;
    }
    return made;
  }

  private void addChosen(Found config, Path directory, List<String> problems) {
    Path file = directory.resolve(config.text().strip());
    try {
      add(PropertiesFile.read(file.toString(), Files.newInputStream(file)));
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
      add(PropertiesFile.read(where, content.call()));
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

  /** A file: as the weakest so far. */
  private void add(Layer layer) {
    layers.add(layer);
    interpolation = null;
  }

  /** Whether one source gives a key more than once. */
  static boolean isRepeated(Layer layer, String key) {
    return layer.value(key) instanceof Collection<?>;
  }
}

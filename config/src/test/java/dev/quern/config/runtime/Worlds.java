// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.OpenOptions;
import dev.quern.Quern;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.ResourceBundle;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Opens runtimes whose sources of settings are the test's own, and keeps what they logged. */
final class Worlds {
  final Properties system = new Properties();
  Map<String, String> environment = Map.of();
  Path directory = Path.of("no-such-directory").toAbsolutePath();
  java.net.@Nullable URL classPath;
  final FakeProvider provider = new FakeProvider();
  final List<String> logged = new CopyOnWriteArrayList<>();

  Quern open(OpenOptions options) {
    return opening(options).open(provider);
  }

  Opening opening(OpenOptions options) {
    return new Opening(options, sources(), log());
  }

  Sources sources() {
    return new Sources(system, environment, classPath, directory);
  }

  Log log() {
    return new Log(new Recorder(logged));
  }

  private record Recorder(List<String> lines) implements System.Logger {
    @Override
    public String getName() {
      return "recorder";
    }

    @Override
    public boolean isLoggable(Level level) {
      return true;
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String message,
        @Nullable Throwable thrown) {
      lines.add(level + " " + message + (thrown == null ? "" : " " + thrown));
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String format,
        @Nullable Object... parameters) {
      lines.add(level + " " + format);
    }
  }
}

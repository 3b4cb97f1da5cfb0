// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The reference page says what the table says. Run with {@code -Dpage.write=true} to write it anew.
 */
class SettingsPageTest {
  private static final Path PAGE = Path.of("..", "docs", "settings.md");

  private static final String HEAD =
      """
      # Settings

      Every key there is. This page is checked against the table in the code.

      **Sources**, strongest first:

      1. what the program passes to `Quern.open(OpenOptions)`;
      2. system properties;
      3. environment variables: `QUERN_PROVIDER`, `QUERN_WORK_QUEUE__MAINTENANCE__MAX_ACTIVE`;
      4. the configuration file: `quern.properties` in the working directory, then on the class path; or only
         the one that `quern.config` points to;
      5. the spec in the code;
      6. the default below.

      A key for a name (`quern.work-queue.maintenance.max-active`) beats the one for all names of its kind
      (`quern.work-queue.*.max-active`), whatever their sources; the latter is weaker than the spec in the code.
      In an environment variable the name is in upper case, with `_` for `.` and `-`; it means every
      name that is written so. The runtime's own primitives have names too: `quern.default`,
      `quern.long-running`, `quern.high-priority`, `quern.unbound` (work queues), `quern.reclaimer` (daemon
      queue), `quern.pool` (thread pool). What is said of the pools of the CPUs by their common name
      (`quern.thread-pool.io.max-threads`) holds for each of them, `io-cpu0` and so on, of which nothing is said.

      In a value, `${key}` is the value of another key from whichever source, `${sys:name}` a system
      property, `${env:NAME}` an environment variable.

      **Errors.** Unknown `quern.` keys, malformed values and keys for what only the program may say are
      reported all together, with key, value, source and what is expected; then nothing is started. A key
      that turns out not to fit when its primitive is made (a capacity for an unbounded queue) is an error there.

      `Quern.inspect()` shows each value in force and its source.
      """;

  @Test
  void thePageSaysWhatTheTableSays() throws IOException {
    String expected = page();
    if (Boolean.getBoolean("page.write")) {
      Files.writeString(PAGE, expected);
    }
    assertEquals(expected, Files.readString(PAGE), "run this test with -Dpage.write=true");
  }

  private static String page() {
    StringBuilder page = new StringBuilder(HEAD);
    section(page, "The runtime", null);
    for (Kind kind : Kind.values()) {
      section(page, "Kind `" + kind.key() + "`", kind);
    }
    return page.toString();
  }

  private static void section(StringBuilder page, String title, @Nullable Kind kind) {
    page.append("\n## ").append(title).append("\n\n");
    page.append("| key | expected | default | meaning |\n|---|---|---|---|\n");
    List<Key<?>> keys = Settings.all().stream().filter(key -> key.kind() == kind).toList();
    keys.stream().filter(Key::tunes).forEach(key -> row(page, key));
    List<String> meanings =
        keys.stream().filter(key -> !key.tunes()).map(key -> "`" + key.option() + "`").toList();
    if (!meanings.isEmpty()) {
      page.append("\nOnly the program says: ").append(String.join(", ", meanings)).append(".\n");
    }
  }

  private static <T> void row(StringBuilder page, Key<T> key) {
    page.append("| `").append(key.pattern()).append("` | ").append(key.type().expected());
    page.append(" | ").append(initial(key)).append(" | ").append(key.description()).append(" |\n");
  }

  private static <T> String initial(Key<T> key) {
    if (key == (Key<?>) Settings.WORK_QUEUE_MAX_ACTIVE
        || key == (Key<?>) Settings.KEYED_WORK_QUEUE_MAX_ACTIVE) {
      return "processors + 1, at least 4";
    }
    T initial = key.initial();
    return initial == null ? "none" : "`" + key.type().text(Objects.requireNonNull(initial)) + "`";
  }
}

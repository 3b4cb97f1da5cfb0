// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.indexer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

/** One command, run in this process, with what it printed. */
final class CommandRun {
  private final List<String> arguments;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private int exitCode = -1;

  private CommandRun(List<String> arguments) {
    this.arguments = arguments;
  }

  static CommandRun of(String... arguments) {
    return new CommandRun(new ArrayList<>(List.of(arguments)));
  }

  CommandRun with(String... more) {
    arguments.addAll(List.of(more));
    return this;
  }

  CommandRun run() {
    exitCode =
        Main.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments.toArray(new String[0]));
    return this;
  }

  CommandRun exits(int expected) {
    assertEquals(expected, exitCode, () -> arguments + "\n" + out + err);
    return this;
  }

  /** One line of error, with this in it. */
  CommandRun says(String part) {
    assertTrue(err().contains(part), err());
    assertFalse(err().contains("\tat "), err());
    return this;
  }

  String out() {
    return out.toString();
  }

  String err() {
    return err.toString();
  }
}

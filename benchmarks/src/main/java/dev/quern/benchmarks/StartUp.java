// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import dev.quern.Quern;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long the first {@code Quern.open()} of this virtual machine takes. {@code StartUp total}
 * prints that in milliseconds; {@code StartUp parts} prints each part that the runtime's log names,
 * and what is before: name, value, unit, with tabs between.
 */
public final class StartUp {
  private static final Pattern PART = Pattern.compile("([a-z]+) ([0-9]+) us");

  private StartUp() {}

  /** Opens and leaves; what it opened ends with the process. */
  public static void main(String[] args) {
    if (args[0].equals("parts")) {
      parts();
    } else {
      long begin = System.nanoTime();
      Quern.open();
      long nanos = System.nanoTime() - begin;
      System.out.println("first open\t" + nanos / 1e6 + "\tms");
    }
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  private static void parts() {
    Logger logger = Logger.getLogger("dev.quern");
    StringBuilder said = new StringBuilder();
    logger.setLevel(Level.FINE);
    logger.addHandler(
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            said.append(record.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        });
    long begin = System.nanoTime();
    Quern.open();
    double rest = (System.nanoTime() - begin) / 1e6;
    StringBuilder lines = new StringBuilder();
    Matcher part = PART.matcher(said);
    while (part.find()) {
      double millis = Integer.parseInt(part.group(2)) / 1e3;
      rest -= millis;
      lines.append(part.group(1)).append('\t').append(millis).append("\tms\n");
    }
    System.out.print("finding the runtime\t" + rest + "\tms\n" + lines);
  }
}

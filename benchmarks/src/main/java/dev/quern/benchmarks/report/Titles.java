// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What is measured, in words, as {@code titles.properties} has it; else it goes by its name. */
final class Titles {
  private static final Properties WORDS = new Properties();

  static {
    try {
      WORDS.load(new StringReader(Page.read("dev/quern/benchmarks/report/titles.properties")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Titles() {}

  static String primitive(String name) {
    return WORDS.getProperty("primitive." + name, name);
  }

  static String shape(String benchmark) {
    return WORDS.getProperty(benchmark, benchmark);
  }

  static String contender(String name) {
    return WORDS.getProperty("contender." + name, name);
  }
}

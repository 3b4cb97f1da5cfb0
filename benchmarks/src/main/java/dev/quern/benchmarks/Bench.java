// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import dev.quern.Quern;

/** What all benchmarks begin with. */
final class Bench {
  private Bench() {}

  /**
   * A runtime with that provider.
   *
   * @param contender what is measured, a parameter of every benchmark: for ours the provider's
   *     name, with a hyphen and the kind behind it where there are several
   */
  static Quern open(String contender) {
    System.setProperty("quern.provider", contender.replaceFirst("-.*", ""));
    return Quern.open();
  }

  /** Whether it is one of our providers, and not a neighbour. */
  static boolean isOurs(String contender) {
    return contender.startsWith("lockfree") || contender.startsWith("locked");
  }
}

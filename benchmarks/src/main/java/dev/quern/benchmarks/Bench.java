// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import dev.quern.Quern;

/** What all benchmarks begin with. */
final class Bench {
  private Bench() {}

  /** A runtime with that provider, which is the parameter {@code provider} of every benchmark. */
  static Quern open(String provider) {
    System.setProperty("quern.provider", provider);
    return Quern.open();
  }
}

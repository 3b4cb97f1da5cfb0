// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.util.Locale;

/** Figures as people read them: three digits that matter. */
final class Numbers {
  private Numbers() {}

  static String of(double value, String unit) {
    return unit.isEmpty() ? of(value) : of(value) + '\u00a0' + unit;
  }

  static String of(double value) {
    if (!Double.isFinite(value)) {
      return "\u2013";
    }
    double size = Math.abs(value);
    int decimals = size >= 100 ? 0 : size >= 10 ? 1 : 2;
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  /** How many. */
  static String count(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }

  /** Nanoseconds in the unit that suits. */
  static String time(double nanos) {
    if (nanos >= 1e9) {
      return of(nanos / 1e9, "s");
    }
    if (nanos >= 1e6) {
      return of(nanos / 1e6, "ms");
    }
    return nanos >= 1e4 ? of(nanos / 1e3, "\u00b5s") : of(nanos, "ns");
  }

  /** Bytes in the unit that suits. */
  static String bytes(double bytes) {
    if (bytes >= 10L << 30) {
      return of(bytes / (1 << 30), "GiB");
    }
    if (bytes >= 1 << 20) {
      return of(bytes / (1 << 20), "MiB");
    }
    return bytes >= 10_240 ? of(bytes / 1024, "KiB") : of(bytes, "B");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A shape and those who are compared in it.
 *
 * @param heap of each fork, in gigabytes
 * @param seconds that a fork is likely to take
 */
record Contest(Shape shape, List<String> contenders, int heap, double seconds) {
  /** With those contenders alone; empty if none is left. */
  Optional<Contest> among(Predicate<String> chosen) {
    List<String> fewer = contenders.stream().filter(chosen).toList();
    return fewer.isEmpty()
        ? Optional.empty()
        : Optional.of(new Contest(shape, fewer, heap, seconds));
  }

  /** With the other's contenders too, of the same shape. */
  Contest and(Contest other) {
    List<String> all =
        Stream.concat(contenders.stream(), other.contenders.stream()).distinct().toList();
    return new Contest(shape, all, heap, seconds);
  }

  /** With forks that have more memory and take longer. */
  Contest larger(int gigabytes, double longer) {
    return new Contest(shape, contenders, gigabytes, longer);
  }
}

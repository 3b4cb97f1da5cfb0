// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.util.List;

/**
 * One thing that is to be reached.
 *
 * @param family the row of the table of goals
 * @param sentence in words
 * @param shapes of ours: one, but for {@link Measure#FLAT}
 * @param ours our contender; for {@link Measure#FIGURE} the provider
 * @param against the neighbours' shape
 * @param neighbours by name, the best of them counts; {@code jctools-*} is all that begin so,
 *     {@code *} all that are not ours
 * @param bound at least, where more is better, else at most
 */
record Goal(
    String family,
    String sentence,
    Measure measure,
    List<Shape> shapes,
    String ours,
    Shape against,
    List<String> neighbours,
    double bound) {

  /** What is compared with the bound. */
  enum Measure {
    /** The neighbour's median time by ours. */
    SPEED(true, true, "times as fast"),
    /** The neighbour's median time by that of our slowest tenth of forks. */
    SLOW_TENTH(true, true, "times as fast, our slowest tenth"),
    /** The neighbour's median time by that of our slowest fork. */
    EVERY_FORK(true, true, "times as fast, our slowest fork"),
    /** The neighbour's processor time by ours. */
    CPU(true, false, "times less processor time"),
    /** Our median time. */
    TIME(false, true, "ns"),
    /** Bytes that we allocate. */
    BYTES(false, false, "B"),
    /** Our longest time over several shapes by our shortest. */
    FLAT(false, false, "longest by shortest"),
    /** A {@link Figure} of that name. */
    FIGURE(false, false, "");

    final boolean moreIsBetter;
    final boolean isOfTimes;
    final String unit;

    Measure(boolean moreIsBetter, boolean isOfTimes, String unit) {
      this.moreIsBetter = moreIsBetter;
      this.isOfTimes = isOfTimes;
      this.unit = unit;
    }
  }

  Shape shape() {
    return shapes.get(0);
  }

  boolean isNeighbour(String contender) {
    return neighbours.stream()
        .anyMatch(
            name ->
                name.equals(contender)
                    || name.endsWith("*")
                        && !Shape.isOurs(contender)
                        && contender.startsWith(name.substring(0, name.length() - 1)));
  }

  /** Whether that contender in that shape has a part in it. */
  boolean wants(Shape shape, String contender) {
    boolean mine = contender.equals(ours) && shapes.stream().anyMatch(shape::isA);
    return mine || isNeighbour(contender) && shape.isA(against);
  }
}

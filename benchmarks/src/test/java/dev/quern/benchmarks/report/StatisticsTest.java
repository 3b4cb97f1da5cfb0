// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatisticsTest {
  @Test
  void theMedianIsTheOneInTheMiddleOrTheMeanOfTwo() {
    assertEquals(3, Statistics.median(List.of(9.0, 1.0, 3.0)));
    assertEquals(2, Statistics.median(List.of(1.0, 3.0)));
    assertEquals(7, Statistics.median(List.of(7.0)));
  }

  @Test
  void percentilesLieBetweenTheNearestInRank() {
    List<Double> five = List.of(50.0, 10.0, 20.0, 30.0, 40.0);
    assertEquals(14, Statistics.percentile(five, 10), 1e-9);
    assertEquals(46, Statistics.percentile(five, 90), 1e-9);
    assertEquals(50, Statistics.percentile(five, 100), 1e-9);
  }

  @Test
  void whatWasNotMeasuredCountsForNothing() {
    assertEquals(2, Statistics.median(List.of(Double.NaN, 2.0)));
    assertTrue(Double.isNaN(Statistics.median(List.of())));
  }

  @Test
  void jmhsUnitsBecomeNanosecondsOfAnOperation() {
    assertEquals(2_500, ForkRunner.nanos(2.5, "us/op"));
    assertEquals(100, ForkRunner.nanos(10, "ops/us"));
    assertEquals("p99.9", ForkRunner.label("p999"));
    assertEquals("p99", ForkRunner.label("wake:p0.99"));
    assertEquals("p50", ForkRunner.label("wake:p0.50"));
    assertEquals("max", ForkRunner.label("wake:p1.00"));
  }

  @Test
  void aForkSaysWhatItDiedOf() {
    String output = "# Fork: 1 of 1\n<failure>\n\njava.lang.IllegalStateException: no room\n\tat x";
    assertEquals("java.lang.IllegalStateException: no room", ForkRunner.reason(output, false));
    assertEquals("the fork gave no result", ForkRunner.reason("nothing", false));
  }
}

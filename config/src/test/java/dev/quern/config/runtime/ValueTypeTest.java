// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.Waiting;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueTypeTest {
  private static final ValueType<Duration> DURATION = ValueType.duration(Duration.ofNanos(1));

  @ParameterizedTest
  @CsvSource({
    "250ms, PT0.25S",
    "30s, PT30S",
    "5m, PT5M",
    "2h, PT2H",
    "1d, PT24H",
    "7us, PT0.000007S",
    "9ns, PT0.000000009S",
    "PT30S, PT30S",
    "pt1m, PT1M",
    "' 30 s ', PT30S"
  })
  void durationsAreReadInShortAndIsoForm(String text, Duration expected) {
    assertEquals(expected, DURATION.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "30", "s", "-5s", "PT-5S", "0s", "1.5s", "99999999999999999999s"})
  void otherDurationsAreRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> DURATION.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"9223372036854775807d", "9223372036854775807us"})
  void durationsThatOverflowAreRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> DURATION.parse(text));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 999, 1_000_000, 1_500_000_000, 30_000_000_000L, Long.MAX_VALUE})
  void whatIsShownCanBeConfigured(long nanos) {
    Duration value = Duration.ofNanos(nanos);
    assertEquals(value, DURATION.parse(DURATION.text(value)));
  }

  @Test
  void theLongestDurationCanBeShown() {
    Duration value = Duration.ofSeconds(Long.MAX_VALUE, 1_000_000);
    assertEquals(value, DURATION.parse(DURATION.text(value)));
  }

  @Test
  void enumsAreReadInAnyCaseAndShownWithHyphens() {
    ValueType<Waiting> type = ValueType.oneOf(Waiting.class);
    assertEquals(Waiting.SPIN_THEN_PARK, type.parse("spin-then-park"));
    assertEquals(Waiting.SPIN_THEN_PARK, type.parse("SPIN_THEN_PARK"));
    assertEquals("spin-then-park", type.text(Waiting.SPIN_THEN_PARK));
    assertEquals("one of park, spin-then-park, yield, spin", type.expected());
    assertThrows(IllegalArgumentException.class, () -> type.parse("sleep"));
  }

  @Test
  void integersHaveTheirRange() {
    ValueType<Integer> type = ValueType.integer(1, 10);
    assertEquals(10, type.parse("10"));
    assertThrows(IllegalArgumentException.class, () -> type.parse("0"));
    assertThrows(IllegalArgumentException.class, () -> type.parse("11"));
    assertThrows(IllegalArgumentException.class, () -> type.parse("4x"));
  }

  @Test
  void booleansAreTrueOrFalse() {
    assertEquals(true, ValueType.BOOLEAN.parse("TRUE"));
    assertEquals(false, ValueType.BOOLEAN.parse("false"));
    assertThrows(IllegalArgumentException.class, () -> ValueType.BOOLEAN.parse("yes"));
  }

  @Test
  void poolsOfTheRuntimeCannotBeNamed() {
    assertEquals("io", ValueType.POOL.parse("io"));
    assertThrows(IllegalArgumentException.class, () -> ValueType.POOL.parse("quern.pool"));
    assertThrows(IllegalArgumentException.class, () -> ValueType.POOL.parse("-"));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How a setting is written: what is expected, in words, and the way from text to value and back.
 *
 * @param expected completes "expected ..." in an error
 * @param parser throws an IllegalArgumentException, of any message, for what is malformed or out of
 *     range
 */
record ValueType<T>(String expected, Function<String, T> parser, Function<T, String> writer) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern AMOUNT = Pattern.compile("(\\d+)\\s*(ns|us|ms|s|m|h|d)");
  private static final Map<String, Function<Long, Duration>> UNITS =
      Map.of(
          "ns", Duration::ofNanos,
          "us", n -> Duration.ofNanos(Math.multiplyExact(n, 1000L)),
          "ms", Duration::ofMillis,
          "s", Duration::ofSeconds,
          "m", Duration::ofMinutes,
          "h", Duration::ofHours,
          "d", Duration::ofDays);

  static final ValueType<Boolean> BOOLEAN =
      new ValueType<>("true or false", ValueType::parseBoolean, String::valueOf);
  static final ValueType<String> NAMED =
      new ValueType<>("a name matching " + NAME.pattern(), ValueType::parseName, name -> name);

  /** The name of a pool that a program could have made. */
  static final ValueType<String> POOL =
      new ValueType<>(
          NAMED.expected() + ", not beginning with " + Key.PREFIX,
          text -> {
            require(!text.startsWith(Key.PREFIX));
            return parseName(text);
          },
          name -> name);

  static ValueType<Integer> integer(int min, int max) {
    return new ValueType<>(
        "an integer from " + min + " to " + max,
        text -> {
          int value = Integer.parseInt(text);
          require(value >= min && value <= max);
          return value;
        },
        String::valueOf);
  }

  /** A finite number greater than zero. */
  static ValueType<Double> positiveNumber() {
    return new ValueType<>(
        "a number greater than 0, such as 50 or 0.5",
        text -> {
          double value = Double.parseDouble(text);
          require(value > 0 && value < Double.POSITIVE_INFINITY);
          return value;
        },
        String::valueOf);
  }

  /** A duration, {@code min} or longer: {@code 250ms}, {@code 30s}, {@code 5m} or {@code PT30S}. */
  static ValueType<Duration> duration(Duration min) {
    return new ValueType<>(
        "a duration such as 250ms, 30s, 5m or PT30S"
            + (min.isZero() ? "" : ", at least " + write(min)),
        text -> {
          Duration value = parseDuration(text);
          require(value.compareTo(min) >= 0);
          return value;
        },
        ValueType::write);
  }

  /** An enum's constants, written with hyphens and in any case. */
  static <C extends Enum<C>> ValueType<C> oneOf(Class<C> type) {
    String constants =
        Arrays.stream(type.getEnumConstants())
            .map(ValueType::write)
            .collect(Collectors.joining(", "));
    return new ValueType<>(
        "one of " + constants,
        text -> Enum.valueOf(type, text.replace('-', '_').toUpperCase(Locale.ROOT)),
        ValueType::write);
  }

  static ValueType<String> text(String expected) {
    return new ValueType<>(
        expected,
        text -> {
          require(!text.isBlank());
          return text;
        },
        text -> text);
  }

  T parse(String text) {
    return parser.apply(text.strip());
  }

  /** The value in the form in which it could be configured. */
  String text(T value) {
    return writer.apply(value);
  }

  /** Whether the text is a name in the sense of rule G14. */
  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  private static String parseName(String text) {
    require(isName(text));
    return text;
  }

  private static Boolean parseBoolean(String text) {
    boolean value = text.equalsIgnoreCase("true");
    require(value || text.equalsIgnoreCase("false"));
    return value;
  }

  private static Duration parseDuration(String text) {
    Matcher amount = AMOUNT.matcher(text.toLowerCase(Locale.ROOT));
    try {
      if (amount.matches()) {
        Function<Long, Duration> unit = UNITS.get(amount.group(2));
        if (unit != null) {
          return unit.apply(Long.parseLong(amount.group(1)));
        }
      }
      return Duration.parse(text);
    } catch (ArithmeticException | DateTimeParseException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static String write(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @SuppressWarnings("JavaDurationGetSecondsGetNano") // asks for whole seconds first
  private static String write(Duration value) {
    if (value.getNano() == 0) {
      return value.toSeconds() + "s";
    }
    return value.getNano() % 1_000_000 == 0 && value.toSeconds() < Integer.MAX_VALUE
        ? value.toMillis() + "ms"
        : value.toString();
  }

  private static void require(boolean valid) {
    if (!valid) {
      throw new IllegalArgumentException();
    }
  }
}

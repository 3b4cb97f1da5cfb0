// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a setting is written: what is expected, in words, and the way from text to value and back.
 * All are made when a program opens its first runtime: classes, since each lambda would cost ten
 * times as much there.
 */
abstract class ValueType<T> {
  private static final int LONGEST_NAME = 64;

  private final String expected;

  private ValueType(String expected) {
    this.expected = expected;
  }

  static final ValueType<Boolean> BOOLEAN =
      new ValueType<>("true or false") {
        @Override
        Boolean read(String text) {
          boolean value = text.equalsIgnoreCase("true");
          require(value || text.equalsIgnoreCase("false"));
          return value;
        }
      };

  /** The name of a pool that a program could have made. */
  static final ValueType<String> POOL =
      new ValueType<>(
          "a name matching [A-Za-z0-9][A-Za-z0-9._-]{0,63}, not beginning with " + Key.PREFIX) {
        @Override
        String read(String text) {
          require(isName(text) && !text.startsWith(Key.PREFIX));
          return text;
        }
      };

  static ValueType<Integer> integer(int min, int max) {
    return new ValueType<>("an integer from " + min + " to " + max) {
      @Override
      Integer read(String text) {
        int value = Integer.parseInt(text);
        require(value >= min && value <= max);
        return value;
      }
    };
  }

  /** A finite number greater than zero. */
  static ValueType<Double> positiveNumber() {
    return new ValueType<>("a number greater than 0, such as 50 or 0.5") {
      @Override
      Double read(String text) {
        double value = Double.parseDouble(text);
        require(value > 0 && value < Double.POSITIVE_INFINITY);
        return value;
      }
    };
  }

  /** A duration, {@code min} or longer: {@code 250ms}, {@code 30s}, {@code 5m} or {@code PT30S}. */
  static ValueType<Duration> duration(Duration min) {
    return new ValueType<>(
        "a duration such as 250ms, 30s, 5m or PT30S"
            + (min.isZero() ? "" : ", at least " + write(min))) {
      @Override
      Duration read(String text) {
        Duration value = Durations.read(text);
        require(value.compareTo(min) >= 0);
        return value;
      }

      @Override
      String text(Duration value) {
        return write(value);
      }
    };
  }

  /** An enum's constants, written with hyphens and in any case. */
  static <C extends Enum<C>> ValueType<C> oneOf(Class<C> type) {
    StringJoiner constants = new StringJoiner(", ");
    for (C constant : type.getEnumConstants()) {
      constants.add(write(constant));
    }
    return new ValueType<>("one of " + constants) {
      @Override
      C read(String text) {
        return Enum.valueOf(type, text.replace('-', '_').toUpperCase(Locale.ROOT));
      }

      @Override
      String text(C value) {
        return write(value);
      }
    };
  }

  static ValueType<String> text(String expected) {
    return new ValueType<>(expected) {
      @Override
      String read(String text) {
        require(!text.isBlank());
        return text;
      }
    };
  }

  /** Completes "expected ..." in an error. */
  String expected() {
    return expected;
  }

  /**
   * The value that is written so.
   *
   * @throws IllegalArgumentException of any message, for what is malformed or out of range
   */
  final T parse(String text) {
    return read(text.strip());
  }

  abstract T read(String text);

  /** The value in the form in which it could be configured. */
  String text(T value) {
    return String.valueOf(value);
  }

  /** Whether the text is a name in the sense of rule G14. */
  static boolean isName(String text) {
    if (text.isEmpty() || text.length() > LONGEST_NAME || !isLetterOrDigit(text.charAt(0))) {
      return false;
    }
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isLetterOrDigit(c) && c != '.' && c != '_' && c != '-') {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetterOrDigit(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
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

  /** Apart, so that there is no pattern where no duration has to be read. */
  private static final class Durations {
    private static final Pattern AMOUNT = Pattern.compile("(\\d+)\\s*(ns|us|ms|s|m|h|d)");

    static Duration read(String text) {
      Matcher amount = AMOUNT.matcher(text.toLowerCase(Locale.ROOT));
      try {
        return amount.matches()
            ? of(Long.parseLong(amount.group(1)), amount.group(2))
            : Duration.parse(text);
      } catch (ArithmeticException | DateTimeParseException e) {
        throw new IllegalArgumentException(e);
      }
    }

    private static Duration of(long amount, String unit) {
      return switch (unit) {
        case "ns" -> Duration.ofNanos(amount);
        case "us" -> Duration.ofNanos(Math.multiplyExact(amount, 1000L));
        case "ms" -> Duration.ofMillis(amount);
        case "s" -> Duration.ofSeconds(amount);
        case "m" -> Duration.ofMinutes(amount);
        case "h" -> Duration.ofHours(amount);
        default -> Duration.ofDays(amount);
      };
    }
  }
}

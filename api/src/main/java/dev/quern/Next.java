// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.Objects;

/**
 * What a {@link KeyHandler} wants for its key. Rule W17.
 *
 * @param outcome how the run ended
 * @param delay for AFTER: how long the key rests before its next run; else zero
 */
public record Next(Outcome outcome, Duration delay) {
  /** How a run ended. */
  public enum Outcome {
    /** Well; nothing more is to be done. */
    DONE,
    /** Not well; to be tried again after the queue's back-off. */
    RETRY,
    /** Well; to be run again after a delay. */
    AFTER
  }

  /** All done. */
  public static final Next DONE = new Next(Outcome.DONE, Duration.ZERO);

  /** Try again after the back-off. */
  public static final Next RETRY = new Next(Outcome.RETRY, Duration.ZERO);

  /** Only {@link Outcome#AFTER} has a delay. */
  public Next {
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(delay, "delay");
    if (outcome != Outcome.AFTER && !delay.isZero()) {
      throw new IllegalArgumentException(
          "delay is " + delay + ", must be " + Duration.ZERO + " for " + outcome);
    }
  }

  /** All done; run again no earlier than after the delay, at once if it is zero or less. */
  public static Next after(Duration delay) {
    return new Next(Outcome.AFTER, delay);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.Cancellation.REMOVED;
import static dev.quern.Submission.QUEUED;

import dev.quern.Cancellation;
import dev.quern.Submission;
import dev.quern.Work;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** One thread's random events on an item, with what was answered counted. */
final class RandomEvents {
  private final Work item;
  private final Random random;
  private final AtomicLong queued;
  private final AtomicLong removed;

  RandomEvents(Work item, long seed, AtomicLong queued, AtomicLong removed) {
    this.item = item;
    this.random = new Random(seed);
    this.queued = queued;
    this.removed = removed;
  }

  void fire(int times) throws InterruptedException {
    for (int i = 0; i < times; i++) {
      fire();
    }
  }

  private void fire() throws InterruptedException {
    Duration soon = Duration.ofNanos(random.nextInt(60_000));
    switch (random.nextInt(16)) {
      case 0, 1, 2, 3 -> count(item.submit());
      case 4, 5 -> count(item.schedule(soon));
      case 6, 7, 8, 9 -> count(item.reschedule(soon));
      case 10 -> count(item.reschedule(Duration.ZERO));
      case 11 -> count(item.rescheduleAt(System.nanoTime() + soon.toNanos()));
      case 12, 13 -> count(item.cancel());
      case 14 -> count(item.cancelAndWait());
      default -> {
        count(item.disable());
        item.enable();
      }
    }
  }

  private void count(Submission answer) {
    if (answer == QUEUED) {
      queued.incrementAndGet();
    }
  }

  private void count(Cancellation answer) {
    if (answer == REMOVED) {
      removed.incrementAndGet();
    }
  }
}

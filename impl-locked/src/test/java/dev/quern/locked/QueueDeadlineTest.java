// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class QueueDeadlineTest {
  private final QueueHost host = new QueueHost();

  @Test
  void theLongestLimitDoesNotOverflowOnAClockNearItsEnd() {
    host.now = Long.MAX_VALUE - 5;
    QueueDeadline deadline = QueueDeadline.of(host, Duration.ofSeconds(Long.MAX_VALUE));
    assertTrue(deadline.waits());
    assertEquals(Duration.ofNanos(Long.MAX_VALUE), deadline.remaining());
    host.now = Long.MIN_VALUE + 4;
    assertEquals(Duration.ofNanos(Long.MAX_VALUE - 10), deadline.remaining());
  }

  @Test
  void aShortLimitEndsWhenTheClockWrapsAround() {
    host.now = Long.MAX_VALUE - 5;
    QueueDeadline deadline = QueueDeadline.of(host, Duration.ofNanos(10));
    assertEquals(Duration.ofNanos(10), deadline.remaining());
    host.now = Long.MIN_VALUE + 4;
    assertEquals(Duration.ZERO, deadline.remaining());
  }

  @Test
  void zeroAndLessIsOneLook() throws InterruptedException {
    Thread.currentThread().interrupt();
    for (Duration none : new Duration[] {Duration.ZERO, Duration.ofSeconds(Long.MIN_VALUE)}) {
      QueueDeadline deadline = QueueDeadline.of(host, none);
      assertFalse(deadline.waits());
      assertFalse(deadline.awaitUnsignalled(() -> false));
    }
    assertTrue(Thread.interrupted(), "a look is not interruptible");
  }

  @Test
  void onlyAPatientWaitKeepsAnInterruptForLater() {
    Thread.currentThread().interrupt();
    QueueDeadline forever = QueueDeadline.forever(host);
    assertThrows(InterruptedException.class, () -> forever.awaitUnsignalled(() -> false));
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2);
    Thread.currentThread().interrupt();
    QueueDeadline.patiently(host, wait -> wait.awaitUnsignalled(() -> System.nanoTime() > end));
    assertTrue(Thread.interrupted());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A close whose wait for the timer thread is cut short (rules G4, G19). */
@Timeout(20)
class WorkCloseTest {
  private final WheelHost host = new WheelHost();
  private final LockfreeWorkQueue queue =
      new LockfreeWorkQueue(
          host, WorkQueueSpec.named("q"), new TimerWheel(host), new ThreadLocal<>());

  @Test
  void aLimitHoldsAlsoWhileTheTimerThreadIsAwaited() throws Exception {
    queue.newWork("late", () -> {}).schedule(Duration.ofHours(1));
    assertEquals(List.of("q"), queue.close(Duration.ZERO));
    assertTrue(host.warnings.isEmpty());
    host.ring(0);
    assertEquals(1, host.warnings.size(), "the removed run is named");
    assertTrue(host.warnings.get(0).contains("late"), host.warnings.get(0));
    queue.close(); // ends by itself, and lets others see it
    assertEquals(1, host.ended.get());
  }

  @Test
  void anInterruptEndsTheWaitForTheTimerThread() throws Exception {
    queue.newWork("late", () -> {}).schedule(Duration.ofHours(1));
    Thread.currentThread().interrupt();
    Assertions.assertThrows(InterruptedException.class, () -> queue.close(Duration.ofHours(1)));
    assertFalse(Thread.currentThread().isInterrupted());
    host.ring(0);
    queue.close();
    assertEquals(1, host.ended.get());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.Body;
import dev.quern.Work;
import dev.quern.WorkQueueSpec;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Flushing a work queue while what is queued behind its own run takes its place (rule W10). */
@Timeout(60)
class OwedRunsTest {
  private static final int LANES = 32;

  @Test
  void aRunQueuedBehindItsOwnIsOwedWhereverItsEndComes() throws Exception {
    PoolHost host = new PoolHost();
    LockfreeWorkQueue queue =
        new LockfreeWorkQueue(
            host,
            WorkQueueSpec.named("q").maxActive(LANES),
            new TimerWheel(host),
            new ThreadLocal<>());
    openLanes(queue);
    AtomicInteger runs = new AtomicInteger();
    AtomicInteger queuedTwice = new AtomicInteger();
    Body<Work> twice =
        self -> {
          if (runs.get() % 2 == 0) {
            self.submit();
            queuedTwice.incrementAndGet();
            spin(ThreadLocalRandom.current().nextInt(4_000));
          } else {
            spin(20_000);
          }
          runs.incrementAndGet();
        };
    Work item = queue.newWork("item", twice);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    for (int round = 1; System.nanoTime() < end; round++) {
      item.submit();
      while (queuedTwice.get() < round) {
        Thread.onSpinWait();
      }
      queue.flush();
      assertEquals(2 * round, runs.get(), "runs when the flush of round " + round + " returned");
    }
    queue.close();
  }

  private static void openLanes(LockfreeWorkQueue queue) throws InterruptedException {
    CountDownLatch all = new CountDownLatch(LANES);
    for (int i = 0; i < LANES; i++) {
      queue
          .newWork(
              "opens",
              () -> {
                all.countDown();
                all.await();
              })
          .submit();
    }
    all.await();
    queue.flush();
  }

  private static void spin(long nanos) {
    for (long begin = System.nanoTime(); System.nanoTime() - begin < nanos; ) {
      Thread.onSpinWait();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Work;
import dev.quern.WorkQueueSpec;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A lane that is engaged runs: items that wait for one another meet, however lanes come and go. */
@Timeout(60)
class WorkLanesTest {
  private final PoolHost host = new PoolHost();
  private final LockfreeWorkQueue queue =
      new LockfreeWorkQueue(
          host, WorkQueueSpec.named("q").maxActive(2), new TimerWheel(host), new ThreadLocal<>());
  private final AtomicBoolean stop = new AtomicBoolean();

  @Test
  void twoItemsMeetWhileOthersKeepTheLanesComingAndGoing() throws Exception {
    AtomicReference<CountDownLatch> meeting = new AtomicReference<>();
    AtomicInteger met = new AtomicInteger();
    AtomicBoolean alone = new AtomicBoolean();
    Work[] pair = new Work[2];
    for (int i = 0; i < 2; i++) {
      pair[i] = queue.newWork("meets", () -> meet(meeting.get(), met, alone));
    }
    Thread[] others = {quickOnes(), quickOnes()};
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(8);
    int round = 0;
    while (System.nanoTime() < end && !alone.get()) {
      meeting.set(new CountDownLatch(2));
      pair[0].submit();
      spin(300);
      pair[1].submit();
      for (round++; met.get() < 2 * round; ) {
        Thread.onSpinWait();
      }
    }
    stop.set(true);
    for (Thread other : others) {
      other.join();
    }
    queue.close();
    assertTrue(!alone.get(), "in round " + round + " one of two items ran alone");
  }

  private static void meet(CountDownLatch both, AtomicInteger met, AtomicBoolean alone)
      throws InterruptedException {
    both.countDown();
    if (!both.await(5, TimeUnit.SECONDS)) {
      alone.set(true);
    }
    met.incrementAndGet();
  }

  private Thread quickOnes() {
    Work one = queue.newWork("quick", () -> {});
    Work another = queue.newWork("quick", () -> {});
    Thread thread =
        new Thread(
            () -> {
              while (!stop.get()) {
                one.submit();
                another.submit();
                spin(200);
              }
            });
    thread.start();
    return thread;
  }

  private static void spin(int most) {
    for (int i = ThreadLocalRandom.current().nextInt(most); i > 0; i--) {
      Thread.onSpinWait();
    }
  }
}

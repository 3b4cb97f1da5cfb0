// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A thread's number is its own, whatever its class says. */
class ThreadIdsTest {
  private static final class Impostor extends Thread {
    private final long claimed;

    Impostor(Runnable body, long claimed) {
      super(body);
      this.claimed = claimed;
    }

    @Override
    public long getId() {
      return claimed;
    }
  }

  @Test
  void aSubclassCannotTakeAnothersNumber() throws Exception {
    long mine = ThreadIds.of(Thread.currentThread());
    for (long claimed : new long[] {mine, 0}) {
      CountDownLatch leave = new CountDownLatch(1);
      FutureTask<Long> first = new FutureTask<>(() -> ThreadIds.of(Thread.currentThread()));
      Impostor impostor =
          new Impostor(
              () -> {
                first.run();
                try {
                  leave.await();
                } catch (InterruptedException none) {
                  throw new AssertionError(none);
                }
              },
              claimed);
      impostor.start();
      long number = first.get(10, TimeUnit.SECONDS);
      assertNotEquals(mine, number);
      assertTrue(number > 0 && number << 4 >>> 4 == number, "fits its place in the word");
      assertEquals(number, ThreadIds.of(impostor));
      assertSame(impostor, ThreadIds.platformThread(number));
      leave.countDown();
      impostor.join();
    }
    assertSame(Thread.currentThread(), ThreadIds.platformThread(mine));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ClosedException;
import dev.quern.MisuseException;
import dev.quern.QueueSpec;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import dev.quern.spi.Parker;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A queue on a host whose parker can be broken and counted. */
class LockfreeQueueTest {
  private final List<Throwable> reported = new ArrayList<>();
  private final List<Object> ended = new ArrayList<>();
  private final CountDownLatch parked = new CountDownLatch(1);
  private volatile boolean failing;
  private int unparks;
  private boolean checks;

  private final Error planted = new OutOfMemoryError("planted");

  private final Parker parker =
      new Parker() {
        @Override
        public void park(Object blocker) {
          parked.countDown();
          LockSupport.park(blocker);
        }

        @Override
        public void parkNanos(Object blocker, long nanos) {
          LockSupport.parkNanos(blocker, nanos);
        }

        @Override
        public void unpark(Thread thread) {
          unparks++;
          LockSupport.unpark(thread);
          if (failing) {
            throw planted;
          }
        }
      };

  private Host host() {
    return (Host)
        Proxy.newProxyInstance(
            Host.class.getClassLoader(),
            new Class<?>[] {Host.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "parker" -> parker;
                  case "checks" -> checks;
                  case "failed" -> reported.add((Throwable) arguments[3]) ? null : null;
                  case "ended" -> ended.add(arguments[0]) ? null : null;
                  default -> throw new AssertionError(method);
                });
  }

  private LockfreeQueue<Integer> queue(QueueSpec spec) {
    return new LockfreeQueue<>(host(), spec, null);
  }

  @Test
  void anErrorOfOurOwnBreaksTheQueueAndIsReportedOnce() throws Exception {
    LockfreeQueue<Integer> queue = queue(QueueSpec.unbounded("fragile"));
    FutureTask<Integer> take = new FutureTask<>(queue::take);
    new Thread(take).start();
    parked.await();
    failing = true;
    assertSame(planted, assertThrows(OutOfMemoryError.class, () -> queue.offer(1)));
    failing = false;
    assertEquals(1, take.get(10, TimeUnit.SECONDS), "what was accepted is served");
    for (int i = 0; i < 2; i++) {
      ClosedException closed = assertThrows(ClosedException.class, () -> queue.offer(2));
      assertSame(planted, closed.getCause());
      assertTrue(closed.getMessage().contains("fragile"), closed.getMessage());
    }
    assertThrows(ClosedException.class, queue::take);
    assertEquals(List.of(planted), reported);
    assertTrue(queue.toString().contains("broken"));
  }

  @Test
  void aQuietAppendWakesNobody() throws Exception {
    LockfreeQueue<Integer> queue = queue(QueueSpec.bounded("q", 4).producersWait(true));
    FutureTask<Integer> take = new FutureTask<>(queue::take);
    new Thread(take).start();
    parked.await();
    queue.offer(1);
    assertEquals(1, take.get(10, TimeUnit.SECONDS));
    int before = unparks;
    queue.offer(2);
    queue.offer(3);
    queue.poll();
    assertEquals(before, unparks);
  }

  @Test
  void whatIsCountedAgreesWithWhatHappened() {
    for (QueueSpec spec : List.of(QueueSpec.bounded("q", 3), QueueSpec.unbounded("q"))) {
      LockfreeQueue<Integer> queue = queue(spec);
      for (int i = 0; i < 5; i++) {
        queue.offer(i);
      }
      int in = spec.capacity().isPresent() ? 3 : 5;
      queue.poll();
      queue.restore(queue.detach());
      queue.poll();
      assertEquals(new Managed.Counts(in - 2, List.of(), in, 0, 5 - in, 0, 0), queue.counts());
    }
  }

  @Test
  void anEndIsReportedOnce() {
    LockfreeQueue<Integer> queue = queue(QueueSpec.unbounded("q"));
    queue.close();
    queue.close(Duration.ZERO);
    assertEquals(List.of(queue), ended);
  }

  /** Without checks the sink may use the consumer's side; but it must not wait for itself. */
  @Test
  void aSinkIsInsideAlsoWithoutChecks() {
    LockfreeQueue<Integer> queue = queue(QueueSpec.bounded("q", 2).producersWait(true));
    queue.offerAll(List.of(1, 2));
    List<Integer> out = new ArrayList<>();
    int taken =
        queue.drainTo(
            item -> {
              assertTrue(queue.holdsCaller());
              out.add(item);
              queue.drainTo(out::add, 1);
              assertTrue(queue.holdsCaller(), "still");
              queue.offerAll(List.of(8, 9));
              assertThrows(MisuseException.class, () -> queue.put(7));
              assertThrows(MisuseException.class, queue::take);
              assertThrows(MisuseException.class, () -> queue.poll(Duration.ofSeconds(60)));
            },
            1);
    assertEquals(1, taken);
    assertFalse(queue.holdsCaller());
    assertEquals(List.of(1, 2), out);
    assertEquals(2, queue.size());
  }
}

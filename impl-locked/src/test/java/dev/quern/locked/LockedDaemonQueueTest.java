// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ClosedException;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the rules' tests cannot reach: faults inside, and the races of those who close. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LockedDaemonQueueTest {
  private final QueueHost host = new QueueHost();

  private static <T> FutureTask<T> async(Callable<T> code) {
    FutureTask<T> task = new FutureTask<>(code);
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  private static <T> T get(FutureTask<T> task) throws Exception {
    try {
      return task.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  /** A flush and a put. */
  private static void untilBothWait(LockedDaemonQueue<?> queue) {
    while (!queue.locked(
        () -> queue.lock.hasWaiters(queue.changed) && queue.lock.hasWaiters(queue.notFull))) {
      Thread.yield();
    }
  }

  @Test
  void anErrorInItsOwnCodeBreaksItAndItsChildrenLoudly() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    LockedDaemonQueue<Integer> target =
        host.daemonQueue(
            DaemonQueueSpec.bounded("t", 1),
            item -> {
              inside.countDown();
              go.await();
            });
    DaemonQueue<Integer> child =
        target.newChild(DaemonQueueSpec.unbounded("c"), item -> System.exit(3));
    target.put(1);
    inside.await();
    target.put(2);
    child.add(7);
    FutureTask<Boolean> flush = async(() -> target.flush(Duration.ofDays(1)));
    FutureTask<Boolean> put =
        async(
            () -> {
              target.put(3);
              return true;
            });
    untilBothWait(target);
    OutOfMemoryError planted = new OutOfMemoryError("planted");
    host.clockFails = planted;
    go.countDown();
    assertSame(planted, assertThrows(ClosedException.class, () -> get(put)).getCause());
    assertSame(planted, assertThrows(ClosedException.class, () -> get(flush)).getCause());
    assertSame(planted, assertThrows(ClosedException.class, () -> target.add(4)).getCause());
    host.clockFails = null;
    child.close();
    assertSame(planted, assertThrows(ClosedException.class, () -> child.add(8)).getCause());
    target.close();
    assertEquals(List.of(planted, planted), host.reported, "once for each queue");
    assertEquals(Set.of(target, child), new HashSet<>(host.ended));
    assertEquals(2, host.ended.size());
    assertFalse(host.threads.get(0).isAlive());
    assertEquals(List.of(2), target.closeNow());
    assertEquals(List.of(7), child.closeNow());
  }

  @Test
  void anErrorUnderAProducerBreaksAnIdleQueueAndItsThreadEnds() throws Exception {
    LockedDaemonQueue<Integer> queue =
        host.daemonQueue(DaemonQueueSpec.unbounded("q").inactive(true), item -> {});
    queue.add(1);
    StackOverflowError planted = new StackOverflowError("planted");
    host.clockFails = planted;
    assertSame(
        planted, assertThrows(StackOverflowError.class, () -> queue.flush(Duration.ofSeconds(1))));
    host.clockFails = null;
    assertSame(planted, assertThrows(ClosedException.class, () -> queue.add(2)).getCause());
    assertEquals(List.of("q"), queue.close(Duration.ofSeconds(20)), "left unfinished");
    host.threads.get(0).join(20_000);
    assertFalse(host.threads.get(0).isAlive());
    assertEquals(List.of(queue), host.ended);
    assertEquals(List.of(planted), host.reported);
  }

  @Test
  void aLookIsEnoughToCloseAnIdleChild() throws Exception {
    LockedDaemonQueue<Integer> target =
        host.daemonQueue(DaemonQueueSpec.unbounded("t").inactive(true), item -> {});
    DaemonQueue<Integer> child = target.newChild(DaemonQueueSpec.unbounded("c"), item -> {});
    assertEquals(List.of(), child.close(Duration.ZERO));
    assertEquals(List.of(child), host.ended);
    target.close();
  }

  @Test
  void aTurnPassesNoItemsBeforeItButWaitsForNoMoreThanOneBatch() throws Exception {
    List<Integer> log = new CopyOnWriteArrayList<>();
    LockedDaemonQueue<Integer> target =
        host.daemonQueue(DaemonQueueSpec.unbounded("t").inactive(true), log::add);
    DaemonQueue<Integer> child = target.newChild(DaemonQueueSpec.unbounded("c"), log::add);
    target.offerAll(List.of(1, 2, 3, 4, 5, 6));
    child.offerAll(List.of(11, 12, 13, 14, 15));
    target.activate();
    child.close();
    target.close();
    assertEquals(List.of(1, 2, 3, 4, 11, 12, 13, 14, 5, 6, 15), log);
  }

  @Test
  void howeverManyCloseAtOnceEachItemHasOneFateAndTheEndIsToldOnce() throws Exception {
    long seed = Long.getLong("conformance.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      boolean nested = random.nextBoolean();
      raceTheClosers("seed " + seed + ", round " + round, nested, random);
    }
  }

  private void raceTheClosers(String label, boolean nested, Random random) throws Exception {
    QueueHost own = new QueueHost();
    AtomicInteger openBatch = new AtomicInteger();
    List<Integer> handled = new CopyOnWriteArrayList<>();
    Handler<Integer> handler =
        Handler.of(
            item -> {
              openBatch.incrementAndGet();
              handled.add(item);
            },
            () -> assertTrue(openBatch.getAndSet(0) > 0));
    DaemonQueueSpec spec = DaemonQueueSpec.bounded("q", 3).inactive(random.nextInt(4) == 0);
    LockedDaemonQueue<Integer> target = own.daemonQueue(DaemonQueueSpec.unbounded("t"), i -> {});
    DaemonQueue<Integer> queue =
        nested ? target.newChild(spec, handler) : own.daemonQueue(spec, handler);
    FutureTask<List<Integer>> producer = async(() -> produce(queue));
    List<FutureTask<List<Integer>>> closers = new ArrayList<>();
    for (int closer = 0; closer < 3; closer++) {
      int how = random.nextInt(4);
      closers.add(async(() -> close(queue, how)));
    }
    Set<Integer> fates = new HashSet<>();
    int count = 0;
    for (FutureTask<List<Integer>> closer : closers) {
      List<Integer> returned = get(closer);
      count += returned.size();
      fates.addAll(returned);
    }
    queue.close();
    if (!nested) {
      assertFalse(own.threads.get(1).isAlive(), label);
    }
    assertEquals(1, own.ended.stream().filter(ended -> ended == queue).count(), label);
    count += handled.size();
    fates.addAll(handled);
    List<Integer> accepted = get(producer);
    assertEquals(new HashSet<>(accepted), fates, label);
    assertEquals(accepted.size(), count, label);
    assertEquals(0, openBatch.get(), label);
    assertEquals(List.of(), own.reported, label);
    target.close();
    assertEquals(2, own.ended.size(), label);
  }

  private static List<Integer> produce(DaemonQueue<Integer> queue) throws InterruptedException {
    List<Integer> accepted = new ArrayList<>();
    try {
      for (int item = 0; ; item++) {
        queue.put(item);
        accepted.add(item);
      }
    } catch (ClosedException closed) {
      return accepted;
    }
  }

  private static List<Integer> close(DaemonQueue<Integer> queue, int how)
      throws InterruptedException {
    switch (how) {
      case 0 -> queue.close();
      case 1 -> queue.close(Duration.ZERO);
      case 2 -> queue.close(Duration.ofNanos(50_000));
      default -> {
        return queue.closeNow();
      }
    }
    return List.of();
  }
}

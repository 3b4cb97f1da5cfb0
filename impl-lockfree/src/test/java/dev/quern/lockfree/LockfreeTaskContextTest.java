// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.Submission;
import dev.quern.TaskContextSpec;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only this provider's seams show: claims half-way, pools that break, dead turns. */
@Timeout(30)
class LockfreeTaskContextTest {
  private final ContextHost host = new ContextHost();
  private final List<Object> ran = new ArrayList<>(); // plain: tasks are serialised

  private LockfreeTaskContext context(int maxInline) {
    TaskContextSpec spec = TaskContextSpec.named("device").maxInline(maxInline);
    return new LockfreeTaskContext(host, spec.maxInlineTime(Duration.ofHours(1)));
  }

  private LockfreeTask task(LockfreeTaskContext context, String name) {
    return (LockfreeTask) context.newTask(name, (Action) () -> ran.add(name));
  }

  /** A thread inside the context until let go. */
  private static final class Occupant {
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch leave = new CountDownLatch(1);
    private final FutureTask<Boolean> run;
    private final Thread thread;

    Occupant(LockfreeTaskContext context) throws InterruptedException {
      Action stay =
          () -> {
            inside.countDown();
            leave.await();
          };
      run = new FutureTask<>(() -> context.dispatch(stay), true);
      thread = new Thread(run, "occupant");
      thread.start();
      inside.await();
    }

    void leave() throws Exception {
      leave.countDown();
      run.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void whoCoalescesIntoARunNotYetPlacedPlacesIt() throws Exception {
    LockfreeTaskContext context = context(100);
    LockfreeTask task = task(context, "task");
    TaskTurn late = task.claim(); // by a thread that now sleeps
    assertTrue(late != null && late.counts());
    Occupant occupant = new Occupant(context);
    assertEquals(Submission.COALESCED, task.dispatch());
    context.dispatch(() -> ran.add("after"));
    occupant.leave();
    assertEquals(List.of("task", "after"), ran, "the coalesced run has its place");
    Occupant again = new Occupant(context);
    assertTrue(context.turns().chain.push(late));
    context.turns().serve(late);
    context.dispatch(() -> ran.add("other"));
    assertEquals(Submission.QUEUED, task.dispatch());
    again.leave();
    assertEquals(List.of("task", "after", "other", "task"), ran, "the late turn is stale");
  }

  @Test
  void aTaskUsesItsOwnTurnAgainButNotAfterACancelLeftItInTheChain() throws Exception {
    LockfreeTaskContext context = context(100);
    LockfreeTask task = task(context, "task");
    TaskTurn first = null;
    for (int i = 0; i < 3; i++) {
      Occupant occupant = new Occupant(context);
      task.dispatch();
      TaskTurn used = (TaskTurn) context.turns().chain.newest();
      assertTrue(first == null || first == used, "one turn for all");
      first = used;
      occupant.leave();
    }
    Occupant occupant = new Occupant(context);
    task.dispatch();
    assertEquals(Cancellation.REMOVED, task.cancel());
    assertTrue(first != null && first.isDead());
    task.dispatch();
    assertFalse(context.turns().chain.newest() == first);
    occupant.leave();
    assertEquals(List.of("task", "task", "task", "task"), ran);
  }

  @Test
  void deadTurnsDoNotPileUpAndKeepNothing() throws Exception {
    LockfreeTaskContext context = context(100_000);
    Occupant occupant = new Occupant(context);
    List<LockfreeTask> tasks =
        IntStream.range(0, 10).mapToObj(i -> task(context, "task " + i)).toList();
    for (int round = 0; round < 1000; round++) {
      for (LockfreeTask task : tasks) { // each is cancelled while another is above it
        task.cancel();
        assertEquals(Submission.QUEUED, task.dispatch());
      }
    }
    int turns = 0;
    for (Turn turn = context.turns().chain.newest(); turn != null; turn = turn.next) {
      turns++;
    }
    assertTrue(turns < 200, turns + " turns for 10 pending tasks");
    WeakReference<LockfreeTask> dropped = cancelled(context);
    task(context, "above").dispatch();
    System.gc();
    assertTrue(dropped.refersTo(null), "a cancelled task is kept");
    occupant.leave();
    assertEquals(11, ran.size());
    assertEquals(0, context.counts().pending());
  }

  private WeakReference<LockfreeTask> cancelled(LockfreeTaskContext context) {
    LockfreeTask task = task(context, "dropped");
    task.dispatch();
    assertEquals(Cancellation.REMOVED, task.cancel());
    return new WeakReference<>(task);
  }

  @Test
  void whenThePoolBreaksWithTheJobInItTheNextDispatchTakesOver() throws Exception {
    LockfreeTaskContext context = context(0);
    Occupant occupant = new Occupant(context);
    for (int i = 0; i < 3; i++) {
      task(context, "task " + i).dispatch();
    }
    occupant.leave();
    assertEquals(1, host.jobs.size());
    assertEquals(List.of(), ran);
    assertTrue(context.isHanded());
    task(context, "asks again").dispatch();
    assertTrue(context.isHanded());
    host.broken = true;
    task(context, "last").dispatch();
    assertEquals(List.of("task 0", "task 1", "task 2", "asks again", "last"), ran);
    assertFalse(context.isOccupied());
    host.jobs.get(0).body.run(); // late after all
    assertEquals(5, ran.size());
  }

  @Test
  void aBarrierOnAContextHandedToABrokenPoolDoesNotHang() throws Exception {
    LockfreeTaskContext context = context(0);
    Occupant occupant = new Occupant(context);
    task(context, "task").dispatch();
    occupant.leave();
    host.broken = true;
    context.barrier();
    assertEquals(List.of("task"), ran);
  }

  @Test
  void theRestIsHandedOverInOrderAndGivenBackAtClose() throws Exception {
    LockfreeTaskContext context = context(2);
    Occupant occupant = new Occupant(context);
    List<Object> expected = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      expected.add("task " + i);
      task(context, "task " + i).dispatch();
    }
    assertEquals(8, context.counts().pending());
    occupant.leave();
    assertEquals(expected.subList(0, 2), ran);
    assertEquals(expected.subList(2, 8), context.close(Duration.ZERO).stream().sorted().toList());
    host.jobs.get(0).body.run();
    assertEquals(expected.subList(0, 5), ran, "the job's turn is maxInline + 1");
    assertEquals(0, host.ended.get());
    host.jobs.get(0).body.run();
    assertEquals(expected, ran);
    assertEquals(1, host.ended.get());
    assertEquals(1, host.givenBack.get());
    assertEquals(List.of(), context.close(Duration.ZERO));
    assertThrows(ClosedException.class, () -> context.dispatch(() -> {}));
  }

  @Test
  void countsAreExactWhenQuiet() throws Exception {
    LockfreeTaskContext context = context(100);
    LockfreeTask task = task(context, "task");
    task.dispatch();
    context.dispatch(
        () -> {
          throw new IllegalStateException("planned");
        });
    Occupant occupant = new Occupant(context);
    assertEquals("occupant", context.counts().running().get(0).thread());
    assertEquals("device", context.counts().running().get(0).item());
    task.dispatch();
    task.dispatch();
    assertEquals(1, context.counts().pending());
    task.cancel();
    task.dispatch();
    assertThrows(TimeoutException.class, () -> context.call(() -> 1, Duration.ofMillis(1)));
    assertEquals(1, context.counts().pending());
    occupant.leave();
    var counts = context.counts();
    assertEquals(List.of(), counts.running());
    assertEquals(0, counts.pending());
    assertEquals(6, counts.accepted());
    assertEquals(1, counts.coalesced());
    assertEquals(4, counts.completed());
    assertEquals(1, counts.failed());
  }

  @Test
  void theRunnerIsInterruptedAndNobodyElse() throws Exception {
    LockfreeTaskContext context = context(100);
    context.interruptRuns();
    assertFalse(Thread.interrupted());
    CountDownLatch inside = new CountDownLatch(1);
    AtomicInteger interrupts = new AtomicInteger();
    Thread thread =
        new Thread(
            () ->
                context.dispatch(
                    () -> {
                      inside.countDown();
                      try {
                        new CountDownLatch(1).await();
                      } catch (InterruptedException asked) {
                        interrupts.incrementAndGet();
                      }
                    }));
    thread.start();
    inside.await();
    context.interruptRuns();
    thread.join(10_000);
    assertEquals(1, interrupts.get());
    assertFalse(context.isOccupied());
  }

  @Test
  void anErrorOfOurOwnBreaksTheContextAloud() throws Exception {
    LockfreeTaskContext context = context(100);
    Occupant occupant = new Occupant(context);
    FutureTask<ClosedException> caller =
        new FutureTask<>(() -> assertThrows(ClosedException.class, () -> context.call(() -> 1)));
    FutureTask<ClosedException> waiter =
        new FutureTask<>(() -> assertThrows(ClosedException.class, context::barrier));
    new Thread(caller).start();
    new Thread(waiter).start();
    while (context.turns().chain.newest() == null || context.turns().chain.newest().next == null) {
      Thread.onSpinWait();
    }
    Error error = new OutOfMemoryError("planned");
    host.clockFault = error;
    occupant.leave();
    assertSame(error, caller.get(10, TimeUnit.SECONDS).getCause());
    assertSame(error, waiter.get(10, TimeUnit.SECONDS).getCause());
    assertEquals(List.of(error), host.failures);
    assertSame(
        error,
        assertThrows(ClosedException.class, () -> context.dispatch(() -> ran.add("no")))
            .getCause());
    assertEquals(List.of(), context.close(Duration.ZERO));
    assertEquals(1, host.ended.get());
    assertEquals(List.of(), ran);
  }

  @Test
  void whatWasNeverContendedForEndsWithoutAContendedSide() throws Exception {
    ContextKind kind =
        new ContextKind(
            host, TaskContextSpec.named("device").maxInline(1).maxInlineTime(Duration.ofHours(1)));
    LockfreeTaskContext unused = new LockfreeTaskContext(kind);
    LockfreeTaskContext used = new LockfreeTaskContext(kind);
    used.dispatch(() -> ran.add("used"));
    assertEquals(0, unused.counts().accepted());
    assertEquals(1, used.counts().completed());
    for (LockfreeTaskContext each : List.of(unused, used)) {
      assertEquals(List.of(), each.close(Duration.ZERO));
      each.close();
      assertSame(kind.ended(), each.turns());
      assertTrue(each.isClosed() && !each.isOccupied());
      assertThrows(ClosedException.class, () -> each.dispatch(() -> ran.add("late")));
      assertThrows(ClosedException.class, () -> each.call(() -> 1));
      each.barrier();
    }
    assertEquals(List.of("used"), ran);
    assertEquals(1, used.counts().accepted());
    assertEquals(2, host.ended.get());
  }

  @Test
  void anUncontendedCallWhoseCodeDidNotRunSaysSo() {
    LockfreeTaskContext context = context(100);
    Error error = new OutOfMemoryError("planned");
    host.clockFault = error;
    assertSame(error, assertThrows(ClosedException.class, () -> context.call(() -> 1)).getCause());
    assertEquals(List.of(error), host.failures);
    assertFalse(context.isOccupied());
  }

  @Test
  void aTurnPushedAfterItsRunWasTakenBackIsDead() throws Exception {
    LockfreeTaskContext context = context(100);
    LockfreeTask task = task(context, "task");
    task.claim();
    TaskTurn late = task.claim(); // a second turn for that run, by a thread that now sleeps
    assertTrue(late != null && !late.isDead());
    Occupant occupant = new Occupant(context);
    assertEquals(Cancellation.REMOVED, task.cancel());
    assertTrue(context.turns().chain.push(late));
    assertTrue(late.isDead());
    assertEquals(Submission.QUEUED, task.dispatch());
    assertTrue(late.isDead(), "another run is pending");
    assertFalse(context.turns().chain.newest().isDead());
    occupant.leave();
    assertEquals(List.of("task"), ran);
  }

  /** A turn that, while it is dropped, lets the pool's job come. */
  private final class JobMeanwhile extends Turn {
    @Override
    boolean counts() {
      return false;
    }

    @Override
    @Nullable Run begin() {
      return null;
    }

    @Override
    void drop() {
      try {
        host.jobs.get(0).body.run();
      } catch (Exception none) {
        throw new AssertionError(none);
      }
    }

    @Override
    boolean isDead() {
      return false;
    }

    @Override
    @Nullable String item() {
      return null;
    }
  }

  @Test
  void aJobThatCameThroughDoesNotRunBesideWhoTidiesUp() throws Exception {
    LockfreeTaskContext context = context(0);
    Occupant occupant = new Occupant(context);
    context.turns().chain.push(new JobMeanwhile());
    context.dispatch(() -> ran.add("dropped"));
    Error error = new OutOfMemoryError("planned");
    host.submitFault = error;
    occupant.leave();
    assertEquals(List.of(), ran);
    assertEquals(List.of(error), host.failures);
    assertFalse(context.isOccupied());
  }
}

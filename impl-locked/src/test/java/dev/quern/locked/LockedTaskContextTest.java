// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.Body;
import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.Job;
import dev.quern.MisuseException;
import dev.quern.Submission;
import dev.quern.Task;
import dev.quern.TaskContextSpec;
import dev.quern.ThreadPoolSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LockedTaskContextTest {
  private final PoolHost host = new PoolHost();
  private final CountDownLatch gate = new CountDownLatch(1);
  private final List<Object> ran = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void closes() throws InterruptedException {
    gate.countDown();
    LockedThreadPool pool = host.pool;
    if (pool != null) {
      assertEquals(List.of(), pool.close(Duration.ofSeconds(10)));
    }
  }

  private LockedTaskContext context(int maxInline) {
    return context(TaskContextSpec.named("device").maxInline(maxInline));
  }

  private LockedTaskContext context(TaskContextSpec spec) {
    return new LockedTaskContext(host, spec.maxInlineTime(Duration.ofHours(1)));
  }

  private LockedThreadPool lendPool(int maxThreads) {
    LockedThreadPool helpers =
        new LockedThreadPool(host, ThreadPoolSpec.named("helpers").maxThreads(maxThreads), true);
    host.pool = helpers;
    return helpers;
  }

  /** A thread inside the context until the gate opens. */
  private Patience.Running occupy(LockedTaskContext context) {
    CountDownLatch begun = new CountDownLatch(1);
    Patience.Running running =
        Patience.start(
            () ->
                context.dispatch(
                    () -> {
                      begun.countDown();
                      Patience.await(gate);
                    }));
    Patience.await(begun);
    return running;
  }

  @Test
  void aTaskThatDispatchesItselfAndOthersRunsThemInOrder() {
    LockedTaskContext context = context(100);
    Task task =
        context.newTask(
            "again",
            (Body<Task>)
                self -> {
                  ran.add("in");
                  if (ran.size() == 1) {
                    context.dispatch(() -> ran.add("other"));
                    assertEquals(Submission.QUEUED, self.dispatch());
                    assertEquals(Submission.COALESCED, self.dispatch());
                  }
                  ran.add("out");
                });
    assertEquals(Submission.QUEUED, task.dispatch());
    assertEquals(List.of("in", "out", "other", "in", "out"), ran);
  }

  @Test
  void cancelSaysWhatItFound() throws Exception {
    LockedTaskContext context = context(100);
    Task task = context.newTask("task", (Action) () -> ran.add("task"));
    assertEquals(Cancellation.IDLE, task.cancel());
    Patience.Running inside = occupy(context);
    task.dispatch();
    assertEquals(1, context.counts().pending());
    assertEquals("device", context.counts().running().get(0).item());
    assertEquals(Cancellation.REMOVED, task.cancel());
    gate.countDown();
    inside.join();
    assertEquals(List.of(), ran);
  }

  @Test
  void barrierIgnoresWhatComesLaterEvenFromATaskInItsTurn() throws Exception {
    LockedTaskContext context = context(100);
    CountDownLatch second = new CountDownLatch(1);
    CountDownLatch inSecond = new CountDownLatch(1);
    AtomicInteger runs = new AtomicInteger();
    Task task =
        context.newTask(
            "twice",
            () -> {
              if (runs.incrementAndGet() == 1) {
                Patience.await(gate);
              } else {
                inSecond.countDown();
                Patience.await(second);
              }
            });
    Patience.Running inside = Patience.start(task::dispatch);
    Patience.await(() -> runs.get() == 1);
    Patience.Running waiter = Patience.start(context::barrier);
    Patience.awaitBlocked(waiter.thread());
    assertEquals(Submission.QUEUED, task.dispatch());
    Task passing = context.newTask("passing", () -> {});
    for (int i = 0; i < 1000; i++) {
      passing.dispatch();
      assertEquals(Cancellation.REMOVED, passing.cancel()); // wakes who waits, to look again
      Thread.yield();
    }
    assertFalse(waiter.task().isDone());
    gate.countDown();
    waiter.join();
    Patience.await(inSecond);
    assertFalse(context.barrier(Duration.ofMillis(1)));
    second.countDown();
    context.barrier();
    inside.join();
  }

  @Test
  void waitingInsideIsMisuseAlsoInsideTheOnlyWorkerOfItsPool() throws Exception {
    LockedThreadPool helpers = lendPool(1);
    LockedTaskContext context = context(TaskContextSpec.named("device").maxInline(1).pool("x"));
    Action misuses =
        () -> {
          assertThrows(MisuseException.class, context::barrier);
          assertThrows(MisuseException.class, () -> context.barrier(Duration.ZERO));
          assertThrows(MisuseException.class, () -> context.call(() -> 1));
          assertThrows(MisuseException.class, context::close);
          assertThrows(MisuseException.class, () -> context.close(Duration.ZERO));
          assertTrue(context.holdsCaller());
          ran.add("misused");
        };
    context.dispatch(misuses);
    assertFalse(context.holdsCaller());
    Job job = helpers.newJob("outside", misuses);
    job.submit();
    Patience.await(() -> ran.size() == 2);
    context.close();
    assertEquals(1, host.givenBack.get());
    assertEquals(List.of(context), host.ended);
  }

  @Test
  void theRestIsHandedOverInOrderAndGivenBackAtClose() throws Exception {
    lendPool(2);
    LockedTaskContext context = context(2);
    Patience.Running inside = occupy(context);
    List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
    List<Integer> expected = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int number = i;
      expected.add(number);
      context.dispatch(
          () -> {
            ran.add(number);
            threads.add(Thread.currentThread());
          });
    }
    gate.countDown();
    inside.join();
    context.close();
    assertEquals(expected, ran);
    for (int i = 0; i < 20; i++) {
      assertEquals(i < 2, threads.get(i) == inside.thread(), "task " + i);
    }
    assertEquals(1, host.lent.get());
    assertEquals(1, host.givenBack.get());
  }

  @Test
  void withNoPoolToBeHadItGoesOn() throws Exception {
    host.lendFault = new IllegalStateException("none");
    LockedTaskContext context = context(0);
    Patience.Running inside = occupy(context);
    for (int i = 0; i < 5; i++) {
      context.dispatch(() -> ran.add(Thread.currentThread()));
    }
    gate.countDown();
    inside.join();
    assertEquals(Collections.nCopies(5, inside.thread()), ran);
  }

  @Test
  void callsReturnThrowTimeOutAndAreWithdrawn() throws Exception {
    LockedTaskContext context = context(100);
    assertEquals(7, context.call(() -> 7, Duration.ZERO));
    Error error = new AssertionError("planned");
    assertSame(
        error,
        assertThrows(
            AssertionError.class,
            () ->
                context.call(
                    () -> {
                      throw error;
                    })));
    Patience.Running inside = occupy(context);
    assertThrows(
        TimeoutException.class, () -> context.call(() -> ran.add("late"), Duration.ofMillis(1)));
    Patience.Running interrupted =
        Patience.start(
            () ->
                assertThrows(
                    InterruptedException.class, () -> context.call(() -> ran.add("late"))));
    Patience.awaitBlocked(interrupted.thread());
    interrupted.thread().interrupt();
    interrupted.join();
    gate.countDown();
    inside.join();
    assertEquals(List.of(), ran);
    assertTrue(host.failures.isEmpty());
  }

  @Test
  void closeThatGaveUpIsFinishedByTheRunner() throws Exception {
    LockedTaskContext context = context(100);
    Patience.Running inside = occupy(context);
    context.newTask("left", (Action) () -> ran.add("left")).dispatch();
    assertEquals(List.of("device", "left"), context.close(Duration.ZERO));
    assertThrows(ClosedException.class, () -> context.dispatch(() -> {}));
    assertEquals(List.of(), host.ended);
    gate.countDown();
    inside.join();
    assertEquals(List.of("left"), ran);
    assertEquals(List.of(context), host.ended);
    assertEquals(List.of(), context.close(Duration.ZERO));
    assertEquals(List.of(context), host.ended);
  }

  @Test
  void anErrorOfOurOwnBreaksTheContextAloud() throws Exception {
    LockedTaskContext context = context(100);
    Patience.Running inside = occupy(context);
    Patience.Running caller =
        Patience.start(
            () -> assertThrows(ClosedException.class, () -> context.call(() -> ran.add("call"))));
    Patience.Running waiter =
        Patience.start(() -> assertThrows(ClosedException.class, context::barrier));
    Patience.awaitBlocked(caller.thread());
    Patience.awaitBlocked(waiter.thread());
    Error error = new OutOfMemoryError("planned");
    host.clockFault.set(error);
    gate.countDown();
    inside.join();
    caller.join();
    waiter.join();
    assertSame(error, host.failures.get(0).cause());
    ClosedException closed =
        assertThrows(ClosedException.class, () -> context.dispatch(() -> ran.add("after")));
    assertSame(error, closed.getCause());
    assertEquals(List.of(), context.close(Duration.ZERO));
    assertEquals(List.of(), ran);
  }

  @Test
  void aThrowIsReportedWithItsNames() {
    LockedTaskContext context = context(100);
    IOException planned = new IOException("planned");
    context
        .newTask(
            "bad",
            () -> {
              throw planned;
            })
        .dispatch();
    assertEquals("device", host.failures.get(0).primitive());
    assertEquals("bad", host.failures.get(0).item());
    assertSame(planned, host.failures.get(0).cause());
    assertEquals(1, context.counts().failed());
  }
}

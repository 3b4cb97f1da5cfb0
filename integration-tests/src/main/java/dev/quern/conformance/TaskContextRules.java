// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.quern.Action;
import dev.quern.Failure;
import dev.quern.Kind;
import dev.quern.Submission;
import dev.quern.Task;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/** Who runs a task, when and where (T1-T4, T6, T11). */
public class TaskContextRules {
  @Conformance
  @Rule({"T1", "T4", "G3"})
  void underStressTasksNeverOverlapAndAllRunInEachProducersOrder(Scene scene) throws Exception {
    int producers = 3;
    int times = scene.times(5000);
    TaskContext context = scene.quern().newTaskContext("context");
    AtomicInteger inside = new AtomicInteger();
    int[] next = new int[producers]; // plain: tasks are serialised
    List<Async<?>> threads = new ArrayList<>();
    for (int i = 0; i < producers; i++) {
      int producer = i;
      threads.add(
          scene.async(
              () -> {
                for (int n = 0; n < times; n++) {
                  int number = n;
                  context.dispatch(
                      () -> {
                        assertEquals(1, inside.incrementAndGet(), "two tasks at once");
                        assertEquals(number, next[producer]++, "order");
                        inside.decrementAndGet();
                      });
                }
                return null;
              }));
    }
    threads.forEach(Async::result);
    context.barrier();
    for (int i = 0; i < producers; i++) {
      assertEquals(times, next[i]);
    }
  }

  @Conformance
  @Rule("T2")
  void uncontendedTheTaskRunsOnTheCallingThreadBeforeDispatchReturns(Scene scene) {
    TaskContext context = scene.quern().newTaskContext("context");
    List<Thread> ran = new ArrayList<>();
    context.dispatch(() -> ran.add(Thread.currentThread()));
    assertEquals(List.of(Thread.currentThread()), ran);
    Task task = context.newTask("task", () -> ran.add(Thread.currentThread()));
    assertEquals(Submission.QUEUED, task.dispatch());
    assertEquals(Submission.QUEUED, task.dispatch());
    assertEquals(3, ran.size());
    assertSame(Thread.currentThread(), ran.get(2));
  }

  @Conformance
  @Rule("T3")
  void contendedDispatchReturnsAtOnceAndTheRunnerRunsTheTask(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    Runner runner = new Runner(scene, context);
    AtomicReference<Thread> ran = new AtomicReference<>();
    context.dispatch(() -> ran.set(Thread.currentThread())); // hangs here if it waits
    Task task = context.newTask("task", () -> {});
    assertEquals(Submission.QUEUED, task.dispatch());
    assertEquals(null, ran.get());
    runner.leave();
    assertSame(runner.thread(), ran.get());
  }

  @Conformance
  @Rule("T4")
  void acceptedTasksRunFirstInFirstOutWithoutAnyFurtherDispatch(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    Runner runner = new Runner(scene, context);
    List<Integer> ran = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      int number = i;
      if (scene.random().nextBoolean()) {
        context.dispatch(() -> ran.add(number));
      } else {
        context.newTask("task " + i, () -> ran.add(number)).dispatch();
      }
    }
    assertEquals(List.of(), ran);
    runner.leave();
    assertEquals(IntStream.range(0, 100).boxed().toList(), ran);
  }

  @Conformance
  @Rule("T6")
  void dispatchFromInsideQueuesBehindTheOthers(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    Runner runner = new Runner(scene, context);
    List<String> ran = new ArrayList<>();
    context.dispatch(
        () -> {
          context.dispatch(() -> ran.add("inner"));
          ran.add("outer");
        });
    context.dispatch(() -> ran.add("waiting"));
    runner.leave();
    assertEquals(List.of("outer", "waiting", "inner"), ran);
    context.dispatch(
        () -> {
          context.dispatch(() -> ran.add("nested"));
          ran.add("uncontended");
        });
    assertEquals(List.of("outer", "waiting", "inner", "uncontended", "nested"), ran);
  }

  @Conformance
  @Rule("T6")
  void aHundredThousandDispatchesFromInsideGrowNoStack(Scene scene) {
    TaskContext context = inline(scene);
    int times = 100_000;
    AtomicInteger runs = new AtomicInteger();
    Task task =
        context.newTask(
            "task",
            self -> {
              if (runs.incrementAndGet() < times) {
                self.dispatch();
              }
            });
    task.dispatch();
    assertEquals(times, runs.get());
    List<Integer> depths = new ArrayList<>();
    Action[] deeper = new Action[1];
    deeper[0] =
        () -> {
          depths.add(new Throwable().getStackTrace().length);
          if (depths.size() < 10) {
            context.dispatch(deeper[0]);
          }
        };
    context.dispatch(deeper[0]);
    assertEquals(10, depths.size());
    assertEquals(depths.get(1), depths.get(9));
  }

  @Conformance
  @Rule({"T11", "G5"})
  void whatATaskThrowsIsReportedOnceAndNeverThrownByDispatch(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    for (Throwable cause :
        List.of(new Exception("e"), new IllegalStateException("i"), new AssertionError("a"))) {
      Task task = context.newTask("bad task", () -> sneak(cause));
      Failure expected = new Failure(Kind.TASK_CONTEXT, "context", Optional.of("bad task"), cause);
      assertEquals(Submission.QUEUED, task.dispatch());
      assertEquals(List.of(expected), scene.failures());
      Runner runner = new Runner(scene, context);
      CountDownLatch next = new CountDownLatch(1);
      task.dispatch();
      context.dispatch(next::countDown);
      runner.leave();
      scene.await(next);
      assertEquals(List.of(expected, expected), scene.failures());
      scene.failures().clear();
    }
    Exception once = new Exception("once");
    context.dispatch(() -> sneak(once));
    assertEquals(1, scene.failures().size());
    assertEquals("context", scene.failures().get(0).primitive());
    assertSame(once, scene.failures().get(0).cause());
  }

  /** A context whose runner hands nothing over. */
  private static TaskContext inline(Scene scene) {
    return scene
        .quern()
        .newTaskContext(
            TaskContextSpec.named("context")
                .maxInline(Integer.MAX_VALUE)
                .maxInlineTime(Duration.ofHours(1)));
  }

  private static void sneak(Throwable thrown) throws Exception {
    if (thrown instanceof Error error) {
      throw error;
    }
    throw (Exception) thrown;
  }
}

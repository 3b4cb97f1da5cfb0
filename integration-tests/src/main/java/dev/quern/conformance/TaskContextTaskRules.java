// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.Cancellation;
import dev.quern.Submission;
import dev.quern.Task;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** How often a task runs, and how it is taken back (T5, T8, T13). */
public class TaskContextTaskRules {
  @Conformance
  @Rule("T5")
  void aPendingTaskIsCoalescedAndKeepsItsPlace(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    Runner runner = new Runner(scene, context);
    List<String> ran = new ArrayList<>();
    Task a = context.newTask("a", () -> ran.add("a"));
    Task b = context.newTask("b", () -> ran.add("b"));
    assertEquals(Submission.QUEUED, a.dispatch());
    assertEquals(Submission.QUEUED, b.dispatch());
    assertEquals(Submission.COALESCED, a.dispatch());
    assertEquals(Submission.COALESCED, b.dispatch());
    runner.leave();
    assertEquals(List.of("a", "b"), ran);
  }

  @Conformance
  @Rule("T5")
  void aTaskStopsBeingPendingJustBeforeItStarts(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    Gate gate = new Gate();
    AtomicInteger runs = new AtomicInteger();
    Task task =
        context.newTask(
            "task",
            () -> {
              runs.incrementAndGet();
              gate.pass();
            });
    Async<Submission> first = scene.async(task::dispatch);
    gate.awaitReached();
    assertEquals(Submission.QUEUED, task.dispatch(), "it runs: this is a new run");
    assertEquals(Submission.COALESCED, task.dispatch());
    assertEquals(1, runs.get());
    gate.open();
    assertEquals(Submission.QUEUED, first.result());
    assertEquals(2, runs.get());
  }

  @Conformance
  @Rule("T5")
  void eachDispatchOfAnActionIsATaskOfItsOwn(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    Runner runner = new Runner(scene, context);
    AtomicInteger runs = new AtomicInteger();
    Action action = runs::incrementAndGet;
    context.dispatch(action);
    context.dispatch(action);
    runner.leave();
    context.dispatch(action);
    assertEquals(3, runs.get());
  }

  @Conformance
  @Rule({"T5", "G2"})
  void underStressEachAcceptedDispatchIsARunAndTheLastSeesEverything(Scene scene) throws Exception {
    int producers = 3;
    int times = scene.times(5000);
    TaskContext context = scene.quern().newTaskContext("context");
    int[][] written = new int[producers][64];
    int[] seen = new int[producers];
    AtomicInteger runs = new AtomicInteger();
    AtomicInteger accepted = new AtomicInteger();
    Task task =
        context.newTask(
            "task",
            () -> {
              runs.incrementAndGet();
              for (int i = 0; i < producers; i++) {
                seen[i] = written[i][0];
              }
            });
    List<Async<?>> threads = new ArrayList<>();
    for (int i = 0; i < producers; i++) {
      int[] mine = written[i];
      threads.add(
          scene.async(
              () -> {
                for (int n = 0; n < times; n++) {
                  mine[0]++;
                  if (task.dispatch() == Submission.QUEUED) {
                    accepted.incrementAndGet();
                  }
                }
                return null;
              }));
    }
    threads.forEach(Async::result);
    context.barrier();
    assertEquals(accepted.get(), runs.get());
    for (int i = 0; i < producers; i++) {
      assertEquals(times, seen[i]);
    }
  }

  @Conformance
  @Rule("T8")
  void aBodyMayDispatchItsOwnTask(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    Runner runner = new Runner(scene, context);
    List<Submission> answers = new ArrayList<>();
    Task task =
        context.newTask(
            "task",
            self -> {
              if (answers.size() < 3) {
                answers.add(self.dispatch());
              }
            });
    task.dispatch();
    runner.leave();
    assertEquals(List.of(Submission.QUEUED, Submission.QUEUED, Submission.QUEUED), answers);
    assertEquals("task", task.name());
  }

  @Conformance
  @Rule({"T8", "G9", "G15"})
  void onceRunATaskIsHeldByTheContextNoMore(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    Runner runner = new Runner(scene, context);
    List<WeakReference<Object>> dropped = dispatchAndDrop(context);
    runner.leave();
    dropped.forEach(reference -> scene.eventuallyCollected("a task that ran", reference));
    context.dispatch(() -> {}); // the context itself is alive
  }

  private static List<WeakReference<Object>> dispatchAndDrop(TaskContext context) {
    List<WeakReference<Object>> dropped = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Object captured = new Object();
      Task task = context.newTask("task", () -> captured.hashCode());
      task.dispatch();
      dropped.add(new WeakReference<>(captured));
      dropped.add(new WeakReference<>(task));
    }
    return dropped;
  }

  @Conformance
  @Rule("T13")
  void cancelAnswersIdleRemovedAndRunning(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    Gate gate = new Gate();
    AtomicInteger runs = new AtomicInteger();
    Task task =
        context.newTask(
            "task",
            () -> {
              runs.incrementAndGet();
              gate.pass();
            });
    assertEquals(Cancellation.IDLE, task.cancel());
    Runner runner = new Runner(scene, context);
    task.dispatch();
    assertEquals(Cancellation.REMOVED, task.cancel());
    assertEquals(Cancellation.IDLE, task.cancel());
    runner.leave();
    assertEquals(0, runs.get());
    Async<Submission> running = scene.async(task::dispatch);
    gate.awaitReached();
    assertEquals(Cancellation.RUNNING, task.cancel());
    assertEquals(Submission.QUEUED, task.dispatch());
    assertEquals(Cancellation.REMOVED, task.cancel(), "of the run that was to follow");
    assertEquals(Cancellation.RUNNING, task.cancel());
    gate.open();
    running.result();
    context.barrier();
    assertEquals(1, runs.get());
    assertEquals(Cancellation.IDLE, task.cancel());
  }

  @Conformance
  @Rule({"T13", "T4"})
  void aTaskCancelledAndDispatchedAgainGoesToTheBackAndCostsNoOtherItsTurn(Scene scene)
      throws Exception {
    TaskContext context = inline(scene);
    Runner runner = new Runner(scene, context);
    List<String> ran = new ArrayList<>();
    Task a = context.newTask("a", () -> ran.add("a"));
    Task b = context.newTask("b", () -> ran.add("b"));
    Task c = context.newTask("c", () -> ran.add("c"));
    List.of(a, b, c).forEach(Task::dispatch);
    assertEquals(Cancellation.REMOVED, b.cancel());
    assertEquals(Cancellation.REMOVED, a.cancel());
    assertEquals(Submission.QUEUED, a.dispatch());
    runner.leave();
    assertEquals(List.of("c", "a"), ran);
  }

  @Conformance
  @Rule("T13")
  void underStressEachAcceptedDispatchRunsOrIsRemoved(Scene scene) throws Exception {
    TaskContext context = scene.quern().newTaskContext("context");
    AtomicInteger runs = new AtomicInteger();
    AtomicInteger balance = new AtomicInteger();
    Task task = context.newTask("task", () -> runs.incrementAndGet());
    List<Async<?>> threads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      threads.add(
          scene.async(
              () -> {
                for (int n = 0; n < scene.times(3000); n++) {
                  if (task.dispatch() == Submission.QUEUED) {
                    balance.incrementAndGet();
                  }
                  if (task.cancel() == Cancellation.REMOVED) {
                    balance.decrementAndGet();
                  }
                }
                return null;
              }));
    }
    threads.forEach(Async::result);
    context.barrier();
    assertEquals(balance.get(), runs.get());
    assertTrue(runs.get() > 0);
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
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.Cancellation.IDLE;
import static dev.quern.Cancellation.REMOVED;
import static dev.quern.Submission.COALESCED;
import static dev.quern.Submission.QUEUED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Job;
import dev.quern.KeyedWorkQueue;
import dev.quern.KeyedWorkQueueSpec;
import dev.quern.Next;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.Task;
import dev.quern.TaskContext;
import dev.quern.ThreadPool;
import dev.quern.Work;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The context of whoever submits is that of the run (rule G21), one submission at a time. */
public final class ContextHookRules {
  private static final Duration LONG = Duration.ofHours(1);

  private final CarriedContext context = new CarriedContext();
  private final List<@Nullable Object> seen = new CopyOnWriteArrayList<>();

  private void look() {
    seen.add(context.get());
  }

  @Conformance
  @Rule("G21")
  void aHandlerHasTheContextOfWhoHandedTheItemOver(Scene scene) throws Exception {
    Quern quern = context.open(scene);
    DaemonKind.each(
        kind -> {
          seen.clear();
          DaemonQueue<String> queue = kind.make(quern, kind.bounded(8), item -> look());
          context.as("add", () -> add(queue));
          context.as("offer", () -> queue.offer("item"));
          context.as("offer in time", () -> queue.offer("item", LONG));
          context.as("put", () -> put(queue));
          context.as("offerAll", () -> queue.offerAll(List.of("item", "item")));
          add(queue);
          queue.flush();
          assertEquals(
              Arrays.asList("add", "offer", "offer in time", "put", "offerAll", "offerAll", null),
              seen);
        });
  }

  private static boolean add(DaemonQueue<String> queue) {
    queue.add("item");
    return true;
  }

  private static boolean put(DaemonQueue<String> queue) throws InterruptedException {
    queue.put("item");
    return true;
  }

  @Conformance
  @Rule({"G21", "D4"})
  void theEndOfABatchHasNoContext(Scene scene) throws Exception {
    Quern quern = context.open(scene);
    DaemonKind.each(
        kind -> {
          seen.clear();
          DaemonQueue<String> queue =
              kind.make(quern, kind.unbounded(), Handler.of(item -> {}, this::look));
          context.as("put", () -> put(queue));
          queue.flush();
          assertEquals(Arrays.asList((Object) null), seen);
        });
  }

  @Conformance
  @Rule({"G21", "D11"})
  void closeNowReturnsTheItemsThemselves(Scene scene) throws Exception {
    Quern quern = context.open(scene);
    DaemonKind.each(
        kind -> {
          DaemonQueue<String> queue =
              kind.make(quern, kind.unbounded().inactive(true), item -> look());
          String item = "item of " + kind;
          queue.add(item);
          queue.offerAll(List.of("b", "c"));
          assertEquals(List.of(item, "b", "c"), queue.closeNow());
        });
  }

  @Conformance
  @Rule("G21")
  void aRunHasTheContextOfWhoSubmittedIt(Scene scene) throws Exception {
    for (OneAtATime place : OneAtATime.all(context.open(scene))) {
      seen.clear();
      Gate gate = new Gate();
      OneAtATime.Item item = place.newItem(this::look);
      place.hold(scene, gate);
      assertEquals(QUEUED, context.as("mine", item::submit), place::toString);
      gate.open();
      awaitSeen(scene, List.of("mine"));
    }
  }

  private void awaitSeen(Scene scene, List<?> expected) {
    scene.eventually("as many runs as " + expected, () -> seen.size() >= expected.size());
    assertEquals(expected, seen);
  }

  @Conformance
  @Rule("G21")
  void ofCoalescedSubmissionsTheFirstOnesContextCounts(Scene scene) throws Exception {
    for (OneAtATime place : OneAtATime.all(context.open(scene))) {
      seen.clear();
      Gate gate = new Gate();
      OneAtATime.Item item = place.newItem(this::look);
      place.hold(scene, gate);
      assertEquals(QUEUED, context.as("first", item::submit), place::toString);
      assertEquals(COALESCED, context.as("second", item::submit), place::toString);
      assertEquals(COALESCED, item.submit(), place::toString);
      gate.open();
      awaitSeen(scene, List.of("first"));
    }
  }

  @Conformance
  @Rule("G21")
  void aRunThatFollowsTheOneInProgressHasItsOwnContext(Scene scene) throws Exception {
    for (OneAtATime place : OneAtATime.all(context.open(scene))) {
      seen.clear();
      Gate before = new Gate();
      Gate gate = new Gate();
      OneAtATime.Item item =
          place.newItem(
              () -> {
                look();
                gate.pass();
              });
      place.hold(scene, before);
      context.as("running", item::submit);
      before.open();
      gate.awaitReached();
      assertEquals(QUEUED, context.as("next", item::submit), place::toString);
      assertEquals(COALESCED, context.as("too late", item::submit), place::toString);
      gate.open();
      awaitSeen(scene, List.of("running", "next"));
    }
  }

  @Conformance
  @Rule("G21")
  void aRunThatWasTakenBackLeavesItsContextToNoOther(Scene scene) throws Exception {
    for (OneAtATime place : OneAtATime.all(context.open(scene))) {
      seen.clear();
      Gate before = new Gate();
      Gate gate = new Gate();
      OneAtATime.Item item =
          place.newItem(
              () -> {
                look();
                gate.pass();
              });
      place.hold(scene, before);
      context.as("taken back", item::submit);
      item.cancel();
      context.as("kept", item::submit);
      before.open();
      gate.awaitReached();
      context.as("taken back while it ran", item::submit);
      item.cancel();
      context.as("kept, too", item::submit);
      gate.open();
      awaitSeen(scene, List.of("kept", "kept, too"));
    }
  }

  @Conformance
  @Rule({"G21", "W5"})
  void aRunThatIsMovedKeepsItsContext(Scene scene) throws Exception {
    Quern quern = context.open(scene);
    Work work = quern.newWorkQueue(WorkQueueSpec.ordered("q")).newWork("work", this::look);
    assertEquals(QUEUED, context.as("schedule", () -> work.schedule(LONG)));
    assertEquals(COALESCED, context.as("another", () -> work.schedule(LONG)));
    assertEquals(COALESCED, context.as("submit", work::submit));
    assertEquals(COALESCED, context.as("move", () -> work.reschedule(LONG.plusHours(1))));
    work.flush();
    assertEquals(QUEUED, context.as("reschedule", () -> work.reschedule(LONG)));
    assertEquals(COALESCED, context.as("move", () -> work.reschedule(LONG.plusHours(1))));
    assertEquals(COALESCED, context.as("hurry", () -> work.reschedule(Duration.ZERO)));
    work.flush();
    assertEquals(QUEUED, context.as("soon", () -> work.scheduleAt(scene.probe().nanoTime() + 1)));
    work.flush();
    context.as("cancelled", () -> work.schedule(LONG));
    work.cancel();
    context.as("at once", () -> work.reschedule(Duration.ZERO));
    work.flush();
    assertEquals(List.of("schedule", "reschedule", "soon", "at once"), seen);
  }

  @Conformance
  @Rule({"G21", "W5"})
  void aRunThatIsMovedOutOfTheLineAndDelayedWhileItRunsKeepsItsContext(Scene scene)
      throws Exception {
    Quern quern = context.open(scene);
    Gate gate = new Gate();
    Work work =
        quern
            .newWorkQueue("q")
            .newWork(
                "work",
                () -> {
                  look();
                  gate.pass();
                });
    context.as("running", work::submit);
    gate.awaitReached();
    assertEquals(QUEUED, context.as("first", work::submit));
    assertEquals(COALESCED, context.as("move", () -> work.reschedule(LONG)));
    gate.open();
    work.flush();
    assertEquals(List.of("running", "first"), seen);
  }

  @Conformance
  @Rule({"G21", "P4", "P5"})
  void whatCoalescesIntoARunInProgressLeavesItsContextToTheRunThatFollows(Scene scene)
      throws Exception {
    ReentrantLock interlock = new ReentrantLock();
    Gate gate = new Gate();
    Job job =
        context
            .open(scene)
            .threadPool("pool")
            .newJob(
                "job",
                interlock,
                self -> {
                  look();
                  gate.pass();
                });
    submit(job, interlock, "running");
    gate.awaitReached();
    submit(job, interlock, "first");
    submit(job, interlock, "second");
    gate.open();
    awaitSeen(scene, List.of("running", "first"));
  }

  @Conformance
  @Rule({"G21", "P5"})
  void whatTheBodySawBeforeDoneLeavesItsContextToNoOther(Scene scene) throws Exception {
    ReentrantLock interlock = new ReentrantLock();
    Gate gate = new Gate();
    Job job =
        context
            .open(scene)
            .threadPool("pool")
            .newJob(
                "job",
                interlock,
                self -> {
                  look();
                  gate.pass();
                  interlock.lock();
                  self.done();
                  interlock.unlock();
                });
    submit(job, interlock, "running");
    gate.awaitReached();
    submit(job, interlock, "served");
    gate.open();
    job.close();
    assertEquals(List.of("running"), seen);
    assertEquals(2, context.captures(), "one for each submission");
  }

  private void submit(Job job, ReentrantLock interlock, String who) {
    interlock.lock();
    try {
      context.as(who, job::submit);
    } finally {
      interlock.unlock();
    }
  }

  @Conformance
  @Rule({"G21", "P5"})
  void aRunSubmittedAfterDoneHasItsOwnContextBesideTheOldBody(Scene scene) throws Exception {
    ThreadPool pool = context.open(scene).threadPool("pool");
    Gate old = new Gate();
    Job job =
        pool.newJob(
            "job",
            self -> {
              look();
              if (seen.size() == 1) {
                self.done();
                old.pass();
                look();
              }
            });
    context.as("old", job::submit);
    old.awaitReached();
    context.as("new", job::submit);
    awaitSeen(scene, List.of("old", "new"));
    old.open();
    job.close();
    assertEquals(List.of("old", "new", "old"), seen);
  }

  @Conformance
  @Rule({"G21", "T2", "T10"})
  void whatRunsAtOnceOnItsCallerNeedsNoHook(Scene scene) throws Exception {
    TaskContext tasks = context.open(scene).newTaskContext("context");
    Task task = tasks.newTask("task", this::look);
    context.as("mine", () -> dispatch(tasks));
    context.as("task", task::dispatch);
    assertEquals("called", context.as("called", () -> tasks.call(context::get)));
    assertEquals(List.of("mine", "task"), seen);
    assertEquals(0, context.captures());
  }

  private boolean dispatch(TaskContext tasks) {
    tasks.dispatch(this::look);
    return true;
  }

  @Conformance
  @Rule({"G21", "T3", "T6", "T9"})
  void whatARunnerRunsForOthersHasTheirContext(Scene scene) throws Exception {
    TaskContext tasks = context.open(scene).newTaskContext("context");
    Gate gate = new Gate();
    Async<Object> runner =
        scene.async(
            () ->
                context.as(
                    "runner",
                    () -> {
                      tasks.dispatch(
                          () -> {
                            gate.pass();
                            context.as("from inside", () -> dispatch(tasks));
                          });
                      return String.valueOf(context.get());
                    }));
    gate.awaitReached();
    context.as("mine", () -> dispatch(tasks));
    Async<Object> caller = scene.async(() -> context.as("caller", () -> tasks.call(context::get)));
    caller.awaitWaiting();
    gate.open();
    assertEquals("caller", caller.result());
    assertEquals("runner", runner.result(), "the runner keeps its own");
    tasks.barrier();
    assertEquals(List.of("mine", "from inside"), seen);
  }

  @Conformance
  @Rule("G21")
  void withoutASubmittersContextThereIsNone(Scene scene) throws Exception {
    for (OneAtATime place : OneAtATime.all(context.open(scene))) {
      seen.clear();
      Gate gate = new Gate();
      OneAtATime.Item item = place.newItem(this::look);
      place.hold(scene, gate);
      item.submit();
      gate.open();
      awaitSeen(scene, Arrays.asList((Object) null));
      assertNull(context.get());
    }
  }

  @Conformance
  @Rule({"G21", "D2", "D14"})
  void theReclaimerAndTheSystemsQueuesAskTheHook(Scene scene) throws Exception {
    Quern quern = context.open(scene);
    DaemonQueue<String> freed = quern.newReclaimer("freed", item -> look());
    context.as("freed", () -> add(freed));
    freed.flush();
    Work work = quern.systemQueue(dev.quern.SystemQueue.DEFAULT).newWork("work", this::look);
    context.as("work", work::submit);
    work.flush();
    assertEquals(List.of("freed", "work"), seen);
    assertEquals(2, context.captures(), "no drain and no lane asks");
  }

  @Conformance
  @Rule({"G21", "D2"})
  void whatPrimitivesDoAmongThemselvesAsksNoHook(Scene scene) throws Exception {
    Quern quern = context.open(scene);
    DaemonQueue<String> queue =
        quern.newDaemonQueue(
            DaemonQueueSpec.unbounded("pooled").pool("pool").maxBatch(1),
            Handler.of(item -> look(), this::look));
    List<String> items = List.of("a", "b", "c");
    context.as("putter", () -> queue.offerAll(items));
    queue.flush();
    List<@Nullable Object> expected = new ArrayList<>();
    items.forEach(item -> expected.addAll(Arrays.asList("putter", null)));
    assertEquals(expected, seen);
    assertTrue(context.captures() <= items.size(), "captures: " + context.captures());
  }

  @Conformance
  @Rule({"G21", "W17"})
  void aKeysRunAndItsRetriesHaveTheContextOfWhoMadeItPending(Scene scene) throws Exception {
    Gate gate = new Gate();
    KeyedWorkQueue<String> keys =
        context
            .open(scene)
            .newKeyedWorkQueue(
                KeyedWorkQueueSpec.named("keys").maxActive(1).firstRetry(Duration.ofNanos(1)),
                run -> {
                  if (run.key().equals("held")) {
                    gate.pass();
                    return Next.DONE;
                  }
                  look();
                  return run.attempt() == 1 ? Next.RETRY : Next.DONE;
                });
    keys.submit("held");
    gate.awaitReached();
    assertEquals(QUEUED, context.as("first", () -> keys.submit("key")));
    assertEquals(COALESCED, context.as("second", () -> keys.submit("key")));
    assertEquals(REMOVED, keys.cancel("key"));
    assertEquals(QUEUED, context.as("third", () -> keys.schedule("key", LONG)));
    assertEquals(COALESCED, context.as("fourth", () -> keys.submit("key")));
    gate.open();
    awaitSeen(scene, List.of("third", "third"));
    keys.flush();
    keys.submit("key");
    scene.eventually(() -> seen.size() == 4);
    assertEquals(Arrays.asList("third", "third", null, null), seen);
  }

  @Conformance
  @Rule({"G21", "W17"})
  void aHookThatThrowsHasAKeyNotAccepted(Scene scene) throws Exception {
    AtomicBoolean throwing = new AtomicBoolean();
    KeyedWorkQueue<String> keys =
        scene
            .open(
                OpenOptions.NONE.contextHook(
                    run -> {
                      if (throwing.get()) {
                        throw new IllegalStateException("no context");
                      }
                      return run;
                    }))
            .newKeyedWorkQueue(
                KeyedWorkQueueSpec.named("keys"),
                run -> {
                  look();
                  return Next.DONE;
                });
    throwing.set(true);
    assertThrows(IllegalStateException.class, () -> keys.submit("key"));
    assertThrows(IllegalStateException.class, () -> keys.schedule("key", LONG));
    assertEquals(IDLE, keys.cancel("key"));
    throwing.set(false);
    assertEquals(QUEUED, keys.submit("key"));
    keys.flush();
    assertEquals(1, seen.size());
  }
}

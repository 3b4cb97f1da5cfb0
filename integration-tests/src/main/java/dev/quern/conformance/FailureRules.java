// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Failure;
import dev.quern.Handler;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import dev.quern.Task;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import dev.quern.ThreadPoolSpec;
import dev.quern.Work;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;

/** User code that throws or interrupts, on every primitive: rules G5, G16. */
public final class FailureRules {
  /**
   * Somewhere that runs user code, one thing after the other.
   *
   * @param name what {@link Failure} must call it
   * @param lent whether it runs code on the thread that submits
   */
  private record Runner(
      Kind kind, String name, Optional<String> item, boolean lent, Submit submit) {}

  private interface Submit {
    void submit(Action code) throws Exception;
  }

  private static List<Throwable> throwables() {
    return List.of(
        new IllegalStateException("unchecked"),
        new Exception("checked"),
        new InterruptedException("as if interrupted"),
        new AssertionError("an error"),
        new StackOverflowError("a virtual machine error"),
        new Throwable("neither"));
  }

  /** One runner for each way in which user code runs; all are of one thread at a time. */
  private static List<Runner> runners(Quern quern) {
    Handler<Action> handler = Action::run;
    DaemonQueue<Action> thread =
        quern.newDaemonQueue(DaemonQueueSpec.unbounded("thread-kind"), handler);
    DaemonQueue<Action> pool =
        quern.newDaemonQueue(DaemonQueueSpec.unbounded("pool-kind").pool("drainers"), handler);
    DaemonQueue<Action> child = thread.newChild(DaemonQueueSpec.unbounded("target-kind"), handler);
    var jobs = quern.threadPool(ThreadPoolSpec.named("jobs").maxThreads(1));
    var works = quern.newWorkQueue(WorkQueueSpec.ordered("works"));
    TaskContext context = quern.newTaskContext("context");
    Optional<String> none = Optional.empty();
    return List.of(
        new Runner(Kind.DAEMON_QUEUE, "thread-kind", none, false, thread::add),
        new Runner(Kind.DAEMON_QUEUE, "pool-kind", none, false, pool::add),
        new Runner(Kind.DAEMON_QUEUE, "target-kind", none, false, child::add),
        new Runner(
            Kind.THREAD_POOL,
            "jobs",
            Optional.of("a job"),
            false,
            code -> jobs.newJob("a job", code).submit()),
        new Runner(
            Kind.WORK_QUEUE,
            "works",
            Optional.of("a work"),
            false,
            code -> works.newWork("a work", code).submit()),
        new Runner(Kind.TASK_CONTEXT, "context", none, true, context::dispatch),
        new Runner(
            Kind.TASK_CONTEXT,
            "context",
            Optional.of("a task"),
            true,
            code -> context.newTask("a task", code).dispatch()));
  }

  @Conformance
  @Rule({"G5", "T11"})
  void whatUserCodeThrowsIsReportedOnceAndCostsNoOtherItemItsTurn(Scene scene) throws Exception {
    List<Failure> failures = scene.failures();
    for (Runner runner : runners(scene.quern())) {
      for (Throwable thrown : throwables()) {
        failures.clear();
        runner.submit.submit(
            () -> {
              throw Scene.<RuntimeException>sneak(thrown);
            });
        assertRuns(runner);
        assertEquals(List.of(new Failure(runner.kind, runner.name, runner.item, thrown)), failures);
      }
    }
  }

  private static Thread assertRuns(Runner runner) throws Exception {
    CompletableFuture<Thread> ran = new CompletableFuture<>();
    runner.submit.submit(() -> ran.complete(Thread.currentThread()));
    return ran.get(Scene.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Conformance
  @Rule({"G5", "D4"})
  void aBatchEndThatThrowsIsReported(Scene scene) throws Exception {
    Exception thrown = new Exception("at the end");
    DaemonQueue<String> queue =
        scene
            .quern()
            .newDaemonQueue(
                DaemonQueueSpec.unbounded("ends"),
                Handler.of(
                    item -> {},
                    () -> {
                      throw thrown;
                    }));
    queue.add("a");
    queue.flush();
    Failure expected = new Failure(Kind.DAEMON_QUEUE, "ends", Optional.empty(), thrown);
    assertEquals(List.of(expected), scene.failures());
    queue.add("b");
    queue.flush();
    assertEquals(List.of(expected, expected), scene.failures());
  }

  @Conformance
  @Rule({"G5", "Q11"})
  void aSignalThatThrowsIsReportedAndTheItemIsIn(Scene scene) {
    Exception thrown = new Exception("in the signal");
    Queue<String> queue =
        scene
            .quern()
            .newQueue(
                QueueSpec.unbounded("signals"),
                () -> {
                  throw thrown;
                });
    assertTrue(queue.offer("a"));
    assertEquals(
        List.of(new Failure(Kind.QUEUE, "signals", Optional.empty(), thrown)), scene.failures());
    assertEquals("a", queue.poll());
  }

  @Conformance
  @Rule("G5")
  void theDefaultHandlerLogsAtError(Scene scene) throws Exception {
    Quern quern = scene.openWithDefaultHandler(OpenOptions.NONE);
    for (Runner runner : runners(quern)) {
      Exception thrown = new Exception("to be logged");
      runner.submit.submit(
          () -> {
            throw thrown;
          });
      assertRuns(runner);
      var records = scene.logged().stream().filter(log -> log.getThrown() == thrown).toList();
      assertEquals(1, records.size(), runner.name);
      assertEquals(Level.SEVERE, records.get(0).getLevel());
      String message = records.get(0).getMessage();
      assertTrue(message.contains(runner.name), message);
      runner.item.ifPresent(item -> assertTrue(message.contains(item), message));
    }
  }

  @Conformance
  @Rule("G5")
  void aFailureHandlerThatThrowsIsLoggedAndOtherwiseIgnored(Scene scene) throws Exception {
    IllegalStateException ofHandler = new IllegalStateException("the handler itself");
    Quern quern =
        scene.open(
            OpenOptions.NONE.onFailure(
                failure -> {
                  throw ofHandler;
                }));
    for (Runner runner : runners(quern)) {
      long before = logged(scene, ofHandler);
      runner.submit.submit(
          () -> {
            throw new Exception("on purpose");
          });
      assertRuns(runner);
      assertEquals(before + 1, logged(scene, ofHandler), runner.name);
    }
  }

  private static long logged(Scene scene, Throwable thrown) {
    return scene.logged().stream()
        .filter(log -> log.getThrown() != null)
        .filter(log -> log.getThrown() == thrown || suppresses(log.getThrown(), thrown))
        .count();
  }

  private static boolean suppresses(Throwable logged, Throwable thrown) {
    return logged.getCause() == thrown || List.of(logged.getSuppressed()).contains(thrown);
  }

  @Conformance
  @Rule("G5")
  void anInterruptFlagNeverLeaksIntoTheNextRun(Scene scene) throws Exception {
    for (Runner runner : runners(scene.quern())) {
      if (!runner.lent) {
        CompletableFuture<Boolean> next = new CompletableFuture<>();
        runner.submit.submit(() -> Thread.currentThread().interrupt());
        runner.submit.submit(() -> next.complete(Thread.currentThread().isInterrupted()));
        assertFalse(next.get(Scene.LIMIT.toMillis(), TimeUnit.MILLISECONDS), runner.name);
      }
    }
  }

  @Conformance
  @Rule("G5")
  void onALentThreadTheFlagIsHiddenFromOthersOnlyAndRestored(Scene scene) {
    TaskContext context =
        scene
            .quern()
            .newTaskContext(TaskContextSpec.named("lent").maxInlineTime(Duration.ofHours(1)));
    Map<String, Boolean> seen = new LinkedHashMap<>();
    Blocked blocked = new Blocked();
    Async<Boolean> caller =
        scene.async(
            () -> {
              context.dispatch(
                  () -> {
                    seen.put("own, before", Thread.currentThread().isInterrupted());
                    blocked.run();
                    Thread.currentThread().interrupt();
                  });
              return Thread.interrupted();
            });
    blocked.awaitEntered(scene);
    context.dispatch(() -> seen.put("of another", Thread.currentThread().isInterrupted()));
    blocked.release();
    assertTrue(caller.result(), "a flag that a task set is set after dispatch");
    assertEquals(Map.of("own, before", false, "of another", false), seen);

    boolean after =
        scene
            .async(
                () -> {
                  Thread.currentThread().interrupt();
                  context.dispatch(
                      () -> seen.put("own, set", Thread.currentThread().isInterrupted()));
                  return Thread.interrupted();
                })
            .result();
    assertTrue(after, "a flag that was set before dispatch is set after it");
    assertTrue(seen.get("own, set"), "a caller's own task sees its flag");
  }

  @Conformance
  @Rule("G16")
  void theHandlerRunsWhereItHappenedWithNoLockHeld(Scene scene) throws Exception {
    List<Thread> handling = new CopyOnWriteArrayList<>();
    List<Throwable> stuck = new CopyOnWriteArrayList<>();
    Map<String, Action> tries = new LinkedHashMap<>();
    Quern quern =
        scene.open(
            OpenOptions.NONE.onFailure(
                failure -> {
                  handling.add(Thread.currentThread());
                  tryElsewhere(scene, tries, stuck);
                }));
    for (Runner runner : runners(quern)) {
      handling.clear();
      tries.clear();
      tries.put(runner.name, () -> runner.submit.submit(() -> {}));
      tries.put("inspect", quern::inspect);
      CompletableFuture<Thread> thrower = new CompletableFuture<>();
      runner.submit.submit(
          () -> {
            thrower.complete(Thread.currentThread());
            throw new Exception("on purpose");
          });
      assertRuns(runner);
      assertEquals(List.of(thrower.get()), handling, runner.name);
      assertEquals(List.of(), stuck, runner.name);
    }
  }

  /** Here and on another thread, which a lock that is held here would stop. */
  private static void tryElsewhere(Scene scene, Map<String, Action> tries, List<Throwable> stuck) {
    tries.forEach(
        (name, code) -> {
          try {
            code.run();
            Async<?> other =
                scene.async(
                    () -> {
                      code.run();
                      return name;
                    });
            other.result();
          } catch (Throwable thrown) {
            stuck.add(thrown);
          }
        });
  }

  @Conformance
  @Rule({"G16", "Q11"})
  void theSignalAndTheBatchEndRunWithNoLockHeldAndMaySubmit(Scene scene) throws Exception {
    List<Throwable> stuck = new CopyOnWriteArrayList<>();
    Map<String, Action> inSignal = new LinkedHashMap<>();
    Map<String, Action> atEnd = new LinkedHashMap<>();
    Queue<String> queue =
        scene
            .quern()
            .newQueue(QueueSpec.unbounded("signals"), () -> tryElsewhere(scene, inSignal, stuck));
    DaemonQueue<String> daemon =
        scene
            .quern()
            .newDaemonQueue(
                DaemonQueueSpec.unbounded("ends"),
                Handler.of(
                    item -> {},
                    () -> {
                      Map<String, Action> once = new LinkedHashMap<>(atEnd);
                      atEnd.clear();
                      tryElsewhere(scene, once, stuck);
                    }));
    inSignal.put("size", queue::size);
    inSignal.put("offer", () -> queue.offer("more"));
    atEnd.put("add", () -> daemon.add("more"));
    atEnd.put("offer into the queue", () -> queue.offer("from the end"));
    daemon.add("first");
    daemon.flush();
    queue.drainTo(item -> {}, Integer.MAX_VALUE);
    queue.add("first");
    assertEquals(List.of(), stuck);
    assertTrue(queue.size() >= 3);
  }

  @Conformance
  @Rule("G16")
  void aHandlerIsNeverNestedInAnother(Scene scene) {
    List<Throwable> handled = new CopyOnWriteArrayList<>();
    Exception outer = new Exception("outer");
    Exception inner = new Exception("inner");
    TaskContext[] contexts = new TaskContext[2];
    Quern quern =
        scene.open(
            OpenOptions.NONE.onFailure(
                failure -> {
                  handled.add(failure.cause());
                  contexts[1].dispatch(
                      () -> {
                        throw inner;
                      });
                }));
    contexts[0] = quern.newTaskContext("outer");
    contexts[1] = quern.newTaskContext("inner");
    contexts[0].dispatch(
        () -> {
          throw outer;
        });
    assertEquals(List.of(outer), handled);
    assertEquals(1, logged(scene, inner), "the inner failure is logged");
  }

  @Conformance
  @Rule("G5")
  void aJobAWorkAndATaskThatThrewCanBeSubmittedAgain(Scene scene) throws Exception {
    Exception thrown = new Exception("each time");
    Action throwing =
        () -> {
          throw thrown;
        };
    Job job = scene.quern().threadPool("again").newJob("job", throwing);
    Work work = scene.quern().newWorkQueue("again").newWork("work", throwing);
    Task task = scene.quern().newTaskContext("again").newTask("task", throwing);
    int times = 3;
    for (int i = 0; i < times; i++) {
      job.submit();
      job.cancelAndWait();
      work.submit();
      work.flush();
      task.dispatch();
    }
    List<Failure> failures = scene.failures();
    assertEquals(times, count(failures, "work"));
    assertEquals(times, count(failures, "task"));
    assertTrue(count(failures, "job") <= times);
    failures.forEach(failure -> assertSame(thrown, failure.cause()));
  }

  private static long count(List<Failure> failures, String item) {
    return failures.stream().filter(failure -> failure.item().equals(Optional.of(item))).count();
  }
}

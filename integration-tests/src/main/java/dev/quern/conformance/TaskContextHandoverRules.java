// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** How a caller that came to run one task gets away from the tasks of others (T9). */
public class TaskContextHandoverRules {
  private static final Duration LONG = Duration.ofHours(1);

  private final List<Thread> ranOn = new CopyOnWriteArrayList<>();

  @Conformance
  @Rule("T9")
  void aRunnerIsLetGoAfterMaxInlineTasksBeyondItsOwn(Scene scene) throws Exception {
    for (int maxInline : new int[] {0, 1, 5}) {
      ranOn.clear();
      TaskContext context = context(scene, maxInline, LONG);
      Runner runner = new Runner(scene, context);
      for (int i = 0; i < maxInline; i++) {
        context.dispatch(this::record);
      }
      Gate gate = new Gate();
      context.dispatch(
          () -> {
            record();
            gate.pass(); // holds up whoever runs it
          });
      context.dispatch(this::record);
      runner.leave(); // hangs if the runner is captured
      gate.awaitReached();
      assertFalse(gate.isOpen());
      gate.open();
      context.barrier();
      assertEquals(maxInline + 2, ranOn.size());
      for (int i = 0; i < ranOn.size(); i++) {
        assertEquals(i < maxInline, ranOn.get(i) == runner.thread(), "task " + i);
      }
    }
  }

  @Conformance
  @Rule("T9")
  void tasksThatTheRunnerDispatchedItselfCountToo(Scene scene) throws Exception {
    TaskContext context = context(scene, 3, LONG);
    context.dispatch(
        () -> {
          for (int i = 0; i < 10; i++) {
            context.dispatch(this::record);
          }
        });
    context.barrier();
    Thread me = Thread.currentThread();
    assertEquals(10, ranOn.size());
    assertEquals(List.of(me, me, me), ranOn.subList(0, 3));
    assertFalse(ranOn.subList(3, 10).contains(me));
  }

  @Conformance
  @Rule("T9")
  void aTaskThatDispatchesItselfForEverDoesNotKeepItsCaller(Scene scene) throws Exception {
    TaskContext context = context(scene, 10, LONG);
    AtomicInteger returned = new AtomicInteger();
    AtomicInteger runs = new AtomicInteger();
    context
        .newTask(
            "restless",
            self -> {
              runs.incrementAndGet();
              if (returned.get() == 0) {
                self.dispatch();
              }
            })
        .dispatch();
    returned.set(1);
    context.barrier();
    assertTrue(runs.get() > 11, "went on elsewhere");
  }

  @Conformance
  @Rule("T9")
  void aRunnerIsLetGoAtMostEightTasksAfterMaxInlineTimeIsSpent(Scene scene) throws Exception {
    Duration time = Duration.ofMillis(2);
    TaskContext context = context(scene, Integer.MAX_VALUE, time);
    Runner runner = new Runner(scene, context);
    context.dispatch(
        () -> {
          long begin = System.nanoTime();
          while (System.nanoTime() - begin < time.toNanos()) {
            LockSupport.parkNanos(time.toNanos());
          }
        });
    for (int i = 0; i < 30; i++) {
      context.dispatch(this::record);
    }
    runner.leave();
    context.barrier();
    assertEquals(30, ranOn.size());
    long onRunner = ranOn.stream().filter(thread -> thread == runner.thread()).count();
    assertTrue(onRunner <= 8, () -> onRunner + " tasks after the time was spent");
  }

  @Conformance
  @Rule("T9")
  void theRestGoesToThePoolThatTheContextNames(Scene scene) throws Exception {
    scene.quern().threadPool(ThreadPoolSpec.named("helpers").maxThreads(1));
    List<String> names = new CopyOnWriteArrayList<>();
    TaskContext context =
        scene
            .quern()
            .newTaskContext(
                TaskContextSpec.named("context").maxInline(0).maxInlineTime(LONG).pool("helpers"));
    for (int i = 0; i < 2; i++) {
      Runner runner = new Runner(scene, context);
      context.dispatch(() -> names.add(Thread.currentThread().getName()));
      runner.leave();
      context.barrier();
    }
    assertEquals(2, names.size());
    names.forEach(name -> assertTrue(name.contains("helpers"), name));
  }

  @Conformance
  @Rule("T9")
  void theRunnerIsLetGoEvenIfThePoolIsBusy(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("helpers").maxThreads(1));
    TaskContextSpec spec = TaskContextSpec.named("context").maxInline(0).pool("helpers");
    TaskContext context = scene.quern().newTaskContext(spec);
    Gate busy = new Gate();
    pool.newJob("busy", busy::pass).submit();
    busy.awaitReached();
    Runner runner = new Runner(scene, context);
    context.dispatch(this::record);
    runner.leave();
    context.dispatch(this::record);
    assertEquals(List.of(), ranOn);
    busy.open();
    context.barrier();
    assertEquals(2, ranOn.size());
    assertFalse(ranOn.contains(runner.thread()));
    assertFalse(ranOn.contains(Thread.currentThread()));
  }

  @Conformance
  @Rule("T9")
  void withoutAPoolNamedTheRestGoesToTheRuntimesOwn(Scene scene) throws Exception {
    TaskContext context = context(scene, 0, LONG);
    Runner runner = new Runner(scene, context);
    context.dispatch(this::record);
    runner.leave();
    context.barrier();
    assertNotSame(runner.thread(), ranOn.get(0));
    assertNotSame(Thread.currentThread(), ranOn.get(0));
    assertTrue(scene.probe().threads().contains(ranOn.get(0)), "a worker of the runtime");
  }

  @Conformance
  @Rule({"T9", "T1", "T4", "G3"})
  void orderAndMutualExclusionHoldAcrossTheHandOver(Scene scene) throws Exception {
    int producers = 3;
    int times = scene.times(1000);
    for (int maxInline : new int[] {0, 1, 7}) {
      TaskContext context = context(scene, maxInline, LONG);
      AtomicInteger inside = new AtomicInteger();
      int[] next = new int[producers];
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
      assertEquals(List.of(times, times, times), List.of(next[0], next[1], next[2]));
    }
  }

  @Conformance
  @Rule({"T9", "T3"})
  void duringTheHandOverTheContextCountsAsContended(Scene scene) throws Exception {
    TaskContext context = context(scene, 0, LONG);
    Runner runner = new Runner(scene, context);
    Gate gate = new Gate();
    context.dispatch(gate::pass);
    runner.leave();
    context.dispatch(this::record); // whether or not the pool has begun
    assertEquals(List.of(), ranOn);
    gate.awaitReached();
    gate.open();
    context.barrier();
    assertNotSame(Thread.currentThread(), ranOn.get(0));
  }

  @Conformance
  @Rule("T9")
  void withNoPoolToBeHadTheRunnerGoesOn(Scene scene) throws Exception {
    TaskContext context = context(scene, 2, LONG);
    scene.probe().failThreadStarts(Integer.MAX_VALUE);
    Runner runner = new Runner(scene, context);
    for (int i = 0; i < 20; i++) {
      context.dispatch(this::record);
    }
    runner.leave();
    context.barrier();
    assertEquals(20, ranOn.size());
    ranOn.forEach(thread -> assertSame(runner.thread(), thread));
    scene.probe().allowThreadStarts();
  }

  @Conformance
  @Rule({"T9", "T11", "G5"})
  void whatATaskThrowsAfterTheHandOverIsReportedAndTheNextRuns(Scene scene) throws Exception {
    TaskContext context = context(scene, 0, LONG);
    Runner runner = new Runner(scene, context);
    Exception cause = new Exception("planned");
    context
        .newTask(
            "bad",
            () -> {
              throw cause;
            })
        .dispatch();
    context.dispatch(this::record);
    runner.leave();
    context.barrier();
    assertEquals(1, ranOn.size());
    assertEquals(1, scene.failures().size());
    assertEquals("context", scene.failures().get(0).primitive());
    assertEquals("bad", scene.failures().get(0).item().orElseThrow());
    assertSame(cause, scene.failures().get(0).cause());
  }

  private void record() {
    ranOn.add(Thread.currentThread());
  }

  private static TaskContext context(Scene scene, int maxInline, Duration maxInlineTime) {
    TaskContextSpec spec = TaskContextSpec.named("context");
    return scene.quern().newTaskContext(spec.maxInline(maxInline).maxInlineTime(maxInlineTime));
  }
}

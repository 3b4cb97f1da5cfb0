// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.ConfigurationException;
import dev.quern.MisuseException;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.SystemQueue;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Work queues on a shared pool, and pausing (W25). */
public class WorkQueueViewRules {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration FAR = Duration.ofHours(1);

  /** For JUnit. */
  public WorkQueueViewRules() {}

  private static WorkQueue pooled(Scene scene, String name, int maxActive) {
    return scene.quern().newWorkQueue(WorkQueueSpec.named(name).maxActive(maxActive).pool("pool"));
  }

  /** With workers of its own, on a pool, and one at a time. */
  private static List<WorkQueue> kinds(Scene scene) {
    Quern quern = scene.quern();
    return List.of(
        quern.newWorkQueue(WorkQueueSpec.named("own").maxActive(3)),
        pooled(scene, "pooled", 3),
        quern.newWorkQueue(WorkQueueSpec.ordered("ordered")),
        quern.newWorkQueue(WorkQueueSpec.named("reserved").maxActive(2).reservedWorker(true)));
  }

  @Conformance
  @Rule("W25")
  void itsItemsRunOnThePoolAndOccupyNoMoreThanMaxActive(Scene scene) throws Exception {
    scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(4));
    WorkQueue one = pooled(scene, "one", 1);
    WorkQueue two = pooled(scene, "two", 2);
    AtomicInteger active = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Work> items = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      items.add(
          (i % 2 == 0 ? one : two)
              .newWork(
                  "item " + i,
                  () -> {
                    most.accumulateAndGet(active.incrementAndGet(), Math::max);
                    Thread.yield();
                    active.decrementAndGet();
                  }));
    }
    Crew.start(
            scene,
            3,
            (id, random) -> {
              for (int i = 0; i < scene.times(2_000); i++) {
                items.get(random.nextInt(16)).submit();
                Crew.pause(random);
              }
            })
        .join();
    one.flush();
    two.flush();
    assertTrue(most.get() <= 3, () -> most + " at once");
    List<String> threads = scene.probe().threadsAskedFor();
    assertTrue(threads.size() <= 3 + 1, () -> threads + ", with an overseer");
    assertTrue(threads.stream().allMatch(name -> name.startsWith("pool-")), threads::toString);
  }

  @Conformance
  @Rule("W25")
  void aBusyQueueGivesItsWorkerBackNowAndThen(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(1));
    WorkQueue queue = pooled(scene, "queue", 2);
    List<String> ran = new CopyOnWriteArrayList<>();
    Gate gate = new Gate();
    pool.newJob("holds the only worker", gate::pass).submit();
    gate.awaitReached();
    for (int i = 0; i < 100; i++) {
      queue.newWork("item " + i, () -> ran.add("queue")).submit();
    }
    pool.newJob("other", () -> ran.add("other")).submit();
    gate.open();
    queue.flush();
    scene.eventually(() -> ran.size() == 101);
    assertTrue(ran.indexOf("other") <= 32, () -> "after " + ran.indexOf("other") + " items");
  }

  @Conformance
  @Rule({"W25", "W10"})
  void whatIsNotThereIsNotWaitedForThoughThePoolIsBlocked(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(1));
    Gate gate = new Gate();
    pool.newJob("stranger", gate::pass).submit();
    gate.awaitReached();
    WorkQueue queue = pooled(scene, "queue", 2);
    Work work = queue.newWork("work", () -> {});
    work.submit();
    Async<?> flush = Waiter.start(scene, () -> queue.flush());
    Async<?> drain = Waiter.start(scene, () -> queue.drain());
    assertEquals(Cancellation.REMOVED, work.cancel());
    flush.result();
    drain.result();
    queue.pauseAndWait();
    work.submit();
    work.cancelAndWait();
    work.submit();
    Async<?> closes = Waiter.start(scene, () -> queue.close());
    assertEquals(Cancellation.REMOVED, work.cancel());
    closes.result();
    gate.open();
  }

  @Conformance
  @Rule({"W25", "P1"})
  void itHoldsThePoolAndGivesItBack(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool("pool");
    WorkQueue queue = pooled(scene, "queue", 2);
    pool.close();
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < 50; i++) {
      queue.newWork("item " + i, () -> ran.incrementAndGet()).submit();
    }
    queue.close();
    assertEquals(50, ran.get());
    scene.eventually(
        "the pool ends", () -> scene.probe().threads().stream().noneMatch(Thread::isAlive));
    pooled(scene, "queue", 1).close();
  }

  @Conformance
  @Rule({"W25", "G6"})
  void onTheOnlyWorkerOfThePoolNobodyWaitsForTheQueue(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(1));
    WorkQueue queue = pooled(scene, "queue", 2);
    Work work = queue.newWork("work", () -> {});
    List<Waiter.Call> waits =
        List.of(
            queue::flush,
            queue::drain,
            queue::pauseAndWait,
            queue::close,
            work::flush,
            work::cancelAndWait,
            work::disableAndWait,
            work::close);
    List<Throwable> thrown = new CopyOnWriteArrayList<>();
    CountDownLatch done = new CountDownLatch(1);
    pool.newJob(
            "stranger",
            () -> {
              waits.forEach(wait -> thrown.add(assertThrows(Exception.class, wait::run)));
              done.countDown();
            })
        .submit();
    scene.await(done);
    thrown.forEach(each -> assertInstanceOf(MisuseException.class, each));
    work.submit();
    queue.flush();
  }

  @Conformance
  @Rule({"W25", "R3", "G1"})
  void whatAPoolAndConfigurationExclude(Scene scene) {
    assertThrows(
        IllegalArgumentException.class, () -> WorkQueueSpec.named("q").priority(3).pool("pool"));
    assertThrows(
        IllegalArgumentException.class, () -> WorkQueueSpec.named("q").pool("pool").priority(3));
    assertThrows(IllegalArgumentException.class, () -> WorkQueueSpec.named("q").pool("no pool"));
    assertThrows(IllegalArgumentException.class, () -> WorkQueueSpec.named("q").capacity(0));
    assertThrows(
        IllegalArgumentException.class,
        () -> scene.quern().newWorkQueue(WorkQueueSpec.named("q").pool("quern.pool")));
    Quern tuned =
        scene.open(
            OpenOptions.NONE
                .set("quern.work-queue.q.pool", "pool")
                .set("quern.work-queue.bounded.capacity", "1")
                .set("quern.work-queue.unbounded.capacity", "1")
                .set("quern.pool-view.v.capacity", "1"));
    List<Thread> before = List.copyOf(scene.probe().threads());
    WorkQueue q = tuned.newWorkQueue(WorkQueueSpec.named("q").priority(3));
    q.newWork("work", () -> {}).submit();
    q.close();
    assertTrue(
        scene.probe().threads().stream()
            .filter(thread -> !before.contains(thread))
            .allMatch(thread -> thread.getName().startsWith("pool-")));
    WorkQueue bounded =
        tuned.newWorkQueue(WorkQueueSpec.named("bounded").maxActive(1).capacity(50));
    bounded.pause();
    assertEquals(Submission.QUEUED, bounded.newWork("one", () -> {}).submit());
    assertEquals(Submission.REFUSED, bounded.newWork("two", () -> {}).submit());
    assertThrows(ConfigurationException.class, () -> tuned.newWorkQueue("unbounded"));
    Quern all = scene.open(OpenOptions.NONE.set("quern.work-queue.*.pool", "pool"));
    all.systemQueue(SystemQueue.DEFAULT).newWork("work", () -> {}).submit();
    Quern system = scene.open(OpenOptions.NONE.set("quern.work-queue.quern.default.pool", "pool"));
    assertThrows(ConfigurationException.class, () -> system.systemQueue(SystemQueue.DEFAULT));
    assertThrows(
        ConfigurationException.class,
        () -> tuned.threadPool("pool").newView(dev.quern.PoolViewSpec.named("v")));
  }

  @Conformance
  @Rule("W25")
  void pausesNestAndKeepWhatIsSubmitted(Scene scene) throws Exception {
    for (WorkQueue queue : kinds(scene)) {
      AtomicInteger ran = new AtomicInteger();
      queue.pause();
      queue.pauseAndWait();
      for (int i = 0; i < 5; i++) {
        Work work = queue.newWork("item " + i, () -> ran.incrementAndGet());
        assertEquals(Submission.QUEUED, work.submit());
      }
      queue.resume();
      assertFalse(queue.flush(Waiter.GLANCE), "one pause is left");
      assertEquals(0, ran.get());
      queue.resume();
      queue.flush();
      assertEquals(5, ran.get());
      MisuseException misuse = assertThrows(MisuseException.class, queue::resume);
      assertTrue(misuse.getMessage().contains(queue.name()), misuse.getMessage());
    }
  }

  @Conformance
  @Rule("W25")
  void pauseAndWaitReturnsWhenNoneRunsAndNoneBeginsUntilResume(Scene scene) throws Exception {
    for (WorkQueue queue : kinds(scene)) {
      AtomicInteger active = new AtomicInteger();
      List<Work> items = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        items.add(
            queue.newWork(
                "item " + i,
                () -> {
                  active.incrementAndGet();
                  Thread.yield();
                  active.decrementAndGet();
                }));
      }
      Crew submitters =
          Crew.start(
              scene,
              2,
              (id, random) -> {
                for (int i = 0; i < scene.times(2_000); i++) {
                  items.get(random.nextInt(6)).submit();
                  Crew.pause(random);
                }
              });
      for (int i = 0; i < scene.times(200); i++) {
        queue.pauseAndWait();
        assertEquals(0, active.get(), queue.name());
        Thread.yield();
        assertEquals(0, active.get(), "an item began in a pause");
        queue.resume();
      }
      submitters.join();
      assertTrue(queue.flush(LONG), "one was lost by a pause");
    }
  }

  @Conformance
  @Rule({"W25", "W10"})
  void itemsOfAPausedQueueComeDueAndAreTakenAwayAsEver(Scene scene) throws Exception {
    scene.probe().manualClock();
    for (WorkQueue queue : kinds(scene)) {
      AtomicInteger ran = new AtomicInteger();
      Work due = queue.newWork("due", () -> ran.incrementAndGet());
      Work gone = queue.newWork("gone", () -> ran.incrementAndGet());
      queue.pause();
      due.schedule(FAR);
      scene.probe().advance(FAR);
      assertTrue(due.isPending());
      gone.submit();
      Async<?> flush = Waiter.start(scene, () -> queue.flush());
      Async<?> drain = Waiter.start(scene, () -> queue.drain());
      assertEquals(Cancellation.REMOVED, due.cancelAndWait());
      assertEquals(Cancellation.REMOVED, gone.disable());
      flush.result();
      drain.result();
      assertEquals(Submission.QUEUED, due.submit());
      assertEquals(Submission.COALESCED, due.reschedule(FAR), "moved from the line");
      queue.drain();
      scene.probe().advance(FAR);
      queue.resume();
      queue.flush();
      assertEquals(1, ran.get());
    }
  }

  @Conformance
  @Rule({"W25", "W22"})
  void closeEndsEveryPauseAndRunsWhatIsQueued(Scene scene) throws Exception {
    for (WorkQueue queue : kinds(scene)) {
      AtomicInteger ran = new AtomicInteger();
      queue.pause();
      queue.pause();
      List<Work> items = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        items.add(queue.newWork("item " + i, () -> ran.incrementAndGet()));
        items.get(i).submit();
      }
      queue.close();
      assertEquals(50, ran.get());
      assertThrows(ClosedException.class, () -> items.get(0).submit(LONG));
      queue.pause();
      queue.resume();
      queue.resume(); // of no effect
    }
  }

  @Conformance
  @Rule({"W25", "G6"})
  void pauseAndWaitFromInsideAnItemIsMisuse(Scene scene) throws Exception {
    for (WorkQueue queue : kinds(scene)) {
      List<Throwable> thrown = new CopyOnWriteArrayList<>();
      queue
          .newWork(
              "inside",
              () -> {
                thrown.add(assertThrows(Exception.class, queue::pauseAndWait));
                thrown.add(assertThrows(Exception.class, () -> queue.pauseAndWait(LONG)));
                queue.pause(); // that is allowed
                queue.resume();
              })
          .submit();
      queue.flush();
      assertEquals(2, thrown.size());
      thrown.forEach(each -> assertInstanceOf(MisuseException.class, each));
      assertThrows(MisuseException.class, queue::resume, "the misuse paused nothing");
    }
  }

  @Conformance
  @Rule({"W25", "G17"})
  void aQueueOnAPoolThatBrokeSaysSo(Scene scene) throws Exception {
    scene.mayBreak("fragile");
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("fragile").maxThreads(1));
    WorkQueue queue =
        scene.quern().newWorkQueue(WorkQueueSpec.named("fragile").maxActive(2).pool("fragile"));
    Gate gate = new Gate();
    pool.newJob("holds the only worker", gate::pass).submit();
    gate.awaitReached();
    Work work = queue.newWork("work", () -> {});
    work.submit();
    Async<?> flush = Waiter.start(scene, () -> queue.flush());
    Error error = new OutOfMemoryError("in the worker");
    scene.probe().throwInHostCalls(error, thread -> thread.getName().contains("fragile-worker"));
    gate.open();
    flush.result(); // whether it ran, or was dropped
    scene.probe().stopErrors();
    try {
      work.submit();
      queue.flush();
    } catch (ClosedException broken) {
      assertNotNull(broken.getCause());
    }
    queue.close();
  }

  @Conformance
  @Rule({"W25", "W13"})
  void whatTheSystemOwnsCannotBePaused(Scene scene) {
    WorkQueue queue = scene.quern().systemQueue(SystemQueue.DEFAULT);
    assertThrows(MisuseException.class, queue::pause);
    assertThrows(MisuseException.class, queue::pauseAndWait);
    assertThrows(MisuseException.class, () -> queue.pauseAndWait(LONG));
    assertThrows(MisuseException.class, queue::resume);
    assertThrows(NullPointerException.class, () -> queue.pauseAndWait(Scene.nothing()));
  }

  @Conformance
  @Rule({"W25", "W12"})
  void anOrderedQueueOnAPoolKeepsItsOrder(Scene scene) throws Exception {
    WorkQueue queue = scene.quern().newWorkQueue(WorkQueueSpec.ordered("ordered").pool("pool"));
    List<Integer> ran = new ArrayList<>();
    List<Integer> order = new ArrayList<>();
    queue.pause();
    for (int i = 0; i < 100; i++) {
      int number = i;
      order.add(i);
      queue.newWork("item " + i, () -> ran.add(number)).submit();
    }
    queue.resume();
    queue.flush();
    assertEquals(order, ran);
  }

  @Conformance
  @Rule({"W25", "G8"})
  @EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "virtual threads came with JDK 21")
  void aQueueOnAPoolOfVirtualThreads(Scene scene) throws Exception {
    scene.quern().threadPool(ThreadPoolSpec.named("pool").virtual(true));
    WorkQueue queue =
        scene
            .quern()
            .newWorkQueue(WorkQueueSpec.named("queue").maxActive(2).capacity(4).pool("pool"));
    AtomicInteger active = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger virtual = new AtomicInteger();
    int items = scene.times(200);
    for (int i = 0; i < items; i++) {
      Work work =
          queue.newWork(
              "item " + i,
              () -> {
                most.accumulateAndGet(active.incrementAndGet(), Math::max);
                Object is = Thread.class.getMethod("isVirtual").invoke(Thread.currentThread());
                virtual.addAndGet(Boolean.TRUE.equals(is) ? 1 : 0);
                Thread.sleep(0, 1);
                active.decrementAndGet();
              });
      assertEquals(Submission.QUEUED, work.submit(LONG));
    }
    queue.close();
    assertEquals(items, virtual.get());
    assertTrue(most.get() <= 2, () -> most + " at once");
  }
}

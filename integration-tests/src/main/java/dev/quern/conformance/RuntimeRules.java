// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.ClosedException;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Family;
import dev.quern.Handler;
import dev.quern.Inspection;
import dev.quern.Kind;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import dev.quern.Submission;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import dev.quern.ThreadPool;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import dev.quern.config.Runtimes;
import java.lang.ref.Reference;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Closing, looking inside, several at once: rules R7 to R10. */
public final class RuntimeRules {
  @Conformance
  @Rule("R7")
  void closeServesWhatWasAcceptedDependentsFirst(Scene scene) throws Exception {
    Quern quern = scene.quern();
    List<String> handled = new CopyOnWriteArrayList<>();
    quern.threadPool("pool");
    DaemonQueue<String> target =
        quern.newDaemonQueue(DaemonQueueSpec.unbounded("target").pool("pool"), handled::add);
    DaemonQueue<String> child =
        target.newChild(DaemonQueueSpec.unbounded("child"), item -> target.add("from " + item));
    Work work = quern.newWorkQueue("works").newWork("work", () -> child.add("the child"));
    target.pause();
    work.submit();
    assertEquals(List.of(), quern.close(Duration.ofHours(1)));
    assertEquals(List.of("from the child"), handled);
    assertTrue(work.isClosed());
    assertTrue(child.isClosed());
    assertTrue(target.isClosed());
    scene.probe().threads().forEach(thread -> assertFalse(thread.isAlive(), thread.getName()));
  }

  @Conformance
  @Rule("R7")
  void whatIsLeftUnfinishedIsNamedAndInterruptedOnce(Scene scene) throws Exception {
    Quern quern = scene.quern();
    AtomicInteger interrupts = new AtomicInteger();
    CountDownLatch entered = new CountDownLatch(2);
    CountDownLatch ended = new CountDownLatch(2);
    CountDownLatch gate = new CountDownLatch(1);
    Action stubborn =
        () -> {
          entered.countDown();
          while (gate.getCount() > 0) {
            try {
              gate.await();
            } catch (InterruptedException e) {
              interrupts.incrementAndGet();
            }
          }
          ended.countDown();
        };
    quern.newWorkQueue("works").newWork("stubborn", stubborn).submit();
    Handler<Action> handler = Action::run;
    quern.<Action>newDaemonQueue(DaemonQueueSpec.unbounded("daemon"), handler).add(stubborn);
    scene.await(entered);
    List<String> left = quern.close(Duration.ofMillis(1));
    assertTrue(left.contains("stubborn") || left.contains("works"), left.toString());
    assertTrue(left.contains("daemon"), left.toString());
    scene.eventually("both were interrupted", () -> interrupts.get() == 2);
    assertThrows(ClosedException.class, () -> quern.newTaskContext("late"));
    quern.close(); // not waited for again
    quern.close(Duration.ofHours(1));
    assertEquals(2, interrupts.get(), "interrupted once each");
    gate.countDown();
    scene.await(ended);
    awaitThreadsEnd(scene);
  }

  private static void awaitThreadsEnd(Scene scene) {
    scene.eventually(
        "it ends by itself", () -> scene.probe().threads().stream().noneMatch(Thread::isAlive));
  }

  @Conformance
  @Rule({"R7", "G4"})
  void theLimitHoldsAlsoWhereAnIdlePrimitiveIsTheLastToHoldABusyPool(Scene scene) throws Exception {
    Quern quern = scene.quern();
    Blocked blocked = new Blocked();
    scene.failures(); // the interrupt ends the run
    quern.threadPool("pool").newJob("left behind", blocked).submit();
    quern.newDaemonQueue(DaemonQueueSpec.unbounded("daemon").pool("pool"), item -> {});
    TaskContext context = quern.newTaskContext(TaskContextSpec.named("context").pool("pool"));
    blocked.awaitEntered(scene);
    List<String> left = quern.close(Duration.ofMillis(1));
    Reference.reachabilityFence(context); // a dropped one would not be closed
    assertTrue(left.contains("left behind") || left.contains("pool"), left.toString());
    awaitThreadsEnd(scene);
  }

  @Conformance
  @Rule({"R7", "W22"})
  void aWorkQueueWithTimersEndsAlsoIfNobodyWaitsForIt(Scene scene) throws Exception {
    Quern quern = scene.quern();
    Blocked blocked = new Blocked();
    scene.failures(); // the interrupt ends the run
    WorkQueue works = quern.newWorkQueue("works");
    works.newWork("delayed", () -> {}).schedule(Duration.ofHours(1));
    works.newWork("left behind", blocked).submit();
    blocked.awaitEntered(scene);
    quern.close(Duration.ZERO);
    works.close();
    awaitThreadsEnd(scene);
  }

  @Conformance
  @Rule("R7")
  void closeUsesTheConfiguredLimitAndLogsWhatIsLeft(Scene scene) {
    Quern quern = scene.open(OpenOptions.NONE.set("quern.close-limit", "1ms"));
    Blocked blocked = new Blocked();
    scene.failures(); // the interrupt ends the run
    quern.newWorkQueue("works").newWork("left behind", blocked).submit();
    blocked.awaitEntered(scene);
    quern.close();
    assertTrue(
        scene.logged().stream()
            .map(log -> String.valueOf(log.getMessage()))
            .anyMatch(message -> message.contains("left behind") || message.contains("works")));
    awaitThreadsEnd(scene);
  }

  @Conformance
  @Rule("R8")
  void inspectShowsEachFamily(Scene scene) throws Exception {
    Quern quern = scene.quern();
    Blocked blocked = new Blocked();
    WorkQueue works = quern.newWorkQueue(WorkQueueSpec.named("works").maxActive(1));
    Work running = works.newWork("running", blocked);
    Work waiting = works.newWork("waiting", () -> {});
    Instant before = Instant.now();
    running.submit();
    blocked.awaitEntered(scene);
    waiting.submit();
    assertEquals(Submission.COALESCED, waiting.submit());
    waiting.disable();
    waiting.submit();
    waiting.enable();
    waiting.submit();
    Inspection inspection = quern.inspect();
    Family family = inspection.family(Kind.WORK_QUEUE, "works").orElseThrow();
    assertEquals(scene.provider().name(), family.provider());
    assertEquals(1, family.live());
    assertEquals(1, family.pending());
    assertEquals(3, family.accepted());
    assertEquals(1, family.coalesced());
    assertEquals(1, family.refused());
    assertEquals(0, family.completed());
    Family.Running run = family.running().get(0);
    assertEquals("running", run.item());
    assertFalse(run.thread().isBlank());
    assertFalse(run.since().isBefore(before.minusSeconds(1)), "since " + run.since());
    assertFalse(run.since().isAfter(Instant.now().plusSeconds(1)), "since " + run.since());
    assertFalse(inspection.at().isBefore(before));
    blocked.release();
    works.flush();
    family = quern.inspect().family(Kind.WORK_QUEUE, "works").orElseThrow();
    assertEquals(2, family.completed());
    assertEquals(List.of(), family.running());
  }

  @Conformance
  @Rule("R8")
  void inspectSumsWhatHasOneKindAndName(Scene scene) {
    Quern quern = scene.quern();
    List<Queue<String>> queues =
        List.of(
            quern.newQueue(QueueSpec.unbounded("same")),
            quern.newQueue(QueueSpec.bounded("same", 1)));
    queues.forEach(queue -> queue.add("a"));
    assertFalse(queues.get(1).offer("refused"));
    Family family = quern.inspect().family(Kind.QUEUE, "same").orElseThrow();
    assertEquals(2, family.live());
    assertEquals(2, family.pending());
    assertEquals(2, family.accepted());
    assertEquals(1, family.refused());
    queues.forEach(Queue::close);
    assertEquals(Optional.empty(), quern.inspect().family(Kind.QUEUE, "same"));
  }

  @Conformance
  @Rule("R8")
  void inspectCountsFailures(Scene scene) throws Exception {
    scene.failures();
    Quern quern = scene.quern();
    DaemonQueue<String> daemon =
        quern.newDaemonQueue(
            DaemonQueueSpec.unbounded("daemon"),
            item -> {
              if (item.equals("bad")) {
                throw new IllegalArgumentException(item);
              }
            });
    List.of("good", "bad", "good").forEach(daemon::add);
    daemon.flush();
    Family family = quern.inspect().family(Kind.DAEMON_QUEUE, "daemon").orElseThrow();
    assertEquals(3, family.completed());
    assertEquals(1, family.failed());
    assertEquals(3, family.accepted());
    assertEquals(0, family.pending());
  }

  @Conformance
  @Rule({"R9", "R10"})
  void runtimesAreIndependentAndMadeFromAnInstance(Scene scene) throws Exception {
    Quern one = scene.quern();
    Quern other = scene.open(OpenOptions.NONE);
    assertNotSame(one, other);
    ThreadPool pool = one.threadPool("same");
    WorkQueue works = one.newWorkQueue("same");
    WorkQueue others = other.newWorkQueue("same");
    other.threadPool("same");
    Work[] seen = new Work[2];
    Work work =
        works.newWork(
            "work",
            self -> {
              seen[0] = one.currentWork().orElseThrow();
              seen[1] = other.currentWork().orElse(null);
            });
    work.submit();
    work.flush();
    assertEquals(work, seen[0]);
    assertEquals(null, seen[1], "another runtime's item");
    others.newWork("work", () -> {}).submit();
    other.close();
    assertThrows(ClosedException.class, () -> other.newTaskContext("late"));
    assertFalse(works.isClosed());
    assertFalse(pool.isClosed());
    assertEquals(Submission.QUEUED, work.submit());
    try (Quern third = Runtimes.open(scene.provider(), OpenOptions.NONE)) {
      third.newWorkQueue("same").newWork("work", () -> {}).submit();
    }
  }
}

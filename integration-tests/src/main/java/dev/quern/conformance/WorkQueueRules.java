// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.Submission.COALESCED;
import static dev.quern.Submission.QUEUED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DaemonQueueSpec;
import dev.quern.MisuseException;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.QueueSpec;
import dev.quern.SystemQueue;
import dev.quern.ThreadPoolSpec;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.function.Executable;

/** How many items run at once and in which order (W12), and the queues of the system (W13). */
public class WorkQueueRules {
  private static final Duration FAR = Duration.ofHours(1);

  /** For JUnit. */
  public WorkQueueRules() {}

  private static WorkQueue ordered(Scene scene) {
    return scene.quern().newWorkQueue(WorkQueueSpec.ordered("ordered"));
  }

  private static WorkQueue wide(Scene scene, int maxActive) {
    return scene.quern().newWorkQueue(WorkQueueSpec.named("wide").maxActive(maxActive));
  }

  @Conformance
  @Rule("W12")
  void asManyItemsRunAtOnceAsMaxActiveSaysAndNoMore(Scene scene) {
    WorkQueue queue = wide(scene, 3);
    List<HeldWork> running = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      running.add(HeldWork.running(queue, "running-" + i));
    }
    HeldWork fourth = new HeldWork(queue, "fourth");
    fourth.submit();
    running.get(1).submit(); // it may run again only when it has ended, and when there is room
    assertTrue(fourth.work().isPending());
    running.get(0).letGo();
    fourth.awaitRun();
    assertEquals(1, running.get(1).runs());
    running.forEach(HeldWork::letAllGo);
    fourth.letAllGo();
  }

  @Conformance
  @Rule("W12")
  void underFireNoMoreThanMaxActiveItemsRunAtOnce(Scene scene) throws InterruptedException {
    int maxActive = 3;
    WorkQueue queue = wide(scene, maxActive);
    AtomicInteger active = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Work> items = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      items.add(
          queue.newWork(
              "item-" + i,
              () -> {
                most.accumulateAndGet(active.incrementAndGet(), Math::max);
                Thread.yield();
                active.decrementAndGet();
              }));
    }
    for (int i = 0; i < scene.times(500); i++) {
      items.forEach(Work::submit);
      if (i % 16 == 0) {
        queue.flush();
      }
    }
    queue.flush();
    assertTrue(most.get() <= maxActive, most + " at once");
    assertEquals(0, active.get());
  }

  @Conformance
  @Rule("W12")
  void anItemThatMayNotRunYetHoldsUpNobody(Scene scene) {
    WorkQueue queue = wide(scene, 2);
    HeldWork running = HeldWork.running(queue, "running");
    assertEquals(QUEUED, running.submit()); // first in line, but it may not run beside itself
    HeldWork other = HeldWork.running(queue, "other");
    other.letGo();
    HeldWork another = HeldWork.running(queue, "another");
    List.of(running, other, another).forEach(HeldWork::letAllGo);
  }

  @Conformance
  @Rule("W12")
  void anOrderedQueueRunsOneItemAtATime(Scene scene) throws InterruptedException {
    WorkQueue queue = ordered(scene);
    HeldWork running = HeldWork.running(queue, "running");
    HeldWork next = new HeldWork(queue, "next");
    next.submit();
    Async<String> flush =
        scene.async(
            () -> {
              next.work().flush();
              return "flushed";
            });
    flush.awaitWaiting();
    assertEquals(0, next.runs());
    running.letGo();
    next.awaitRun();
    assertEquals(1, running.ended());
    next.letAllGo();
    flush.result();
  }

  @Conformance
  @Rule("W12")
  void anOrderedQueueRunsInTheOrderOfQueueingAlsoWhileRunning(Scene scene)
      throws InterruptedException {
    WorkQueue queue = ordered(scene);
    List<String> ran = new CopyOnWriteArrayList<>();
    HeldWork running = HeldWork.running(queue, "running");
    running.atEnd(() -> ran.add("running"));
    Work one = queue.newWork("one", () -> ran.add("one"));
    Work two = queue.newWork("two", () -> ran.add("two"));
    one.submit();
    assertEquals(QUEUED, running.submit());
    two.submit();
    assertEquals(COALESCED, one.submit(), "keeps its place");
    running.letAllGo();
    queue.flush();
    assertEquals(List.of("running", "one", "running", "two"), ran);
  }

  /**
   * One thread asks for everything, so the order of its QUEUED answers is the order of the runs.
   */
  @Conformance
  @Rule({"W12", "W2", "W5", "W6"})
  void anOrderedQueueRunsExactlyWhatWasQueuedInThatOrder(Scene scene) throws InterruptedException {
    WorkQueue queue = ordered(scene);
    OrderModel model = new OrderModel(queue, 4, FAR);
    for (int i = 0; i < scene.times(3_000); i++) {
      model.randomEvent(scene.random());
    }
    model.cancelDelayed();
    queue.flush();
    assertEquals(model.expected(), model.ran());
  }

  @Conformance
  @Rule({"W12", "G3"})
  void eachProducersItemsRunInItsOrderOnAnOrderedQueue(Scene scene) throws InterruptedException {
    WorkQueue queue = ordered(scene);
    int count = scene.times(300);
    int producers = 3;
    int[] last = new int[producers]; // plain: one run happens-before the next
    List<String> faults = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int p = 0; p < producers; p++) {
      int producer = p;
      threads.add(
          scene.thread(
              () -> {
                for (int i = 1; i <= count; i++) {
                  int number = i;
                  Work item =
                      queue.newWork(
                          "item-" + producer + "-" + i,
                          () -> {
                            if (++last[producer] != number) {
                              faults.add(producer + ": " + number + " as " + last[producer]);
                            }
                          });
                  item.submit();
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    queue.flush();
    assertEquals(List.of(), faults);
    for (int p = 0; p < producers; p++) {
      assertEquals(count, last[p]);
    }
  }

  @Conformance
  @Rule("W13")
  void theSystemsQueuesAreThereByName(Scene scene) throws InterruptedException {
    Map<SystemQueue, String> names =
        Map.of(
            SystemQueue.DEFAULT, "quern.default",
            SystemQueue.LONG_RUNNING, "quern.long-running",
            SystemQueue.HIGH_PRIORITY, "quern.high-priority",
            SystemQueue.UNBOUND, "quern.unbound");
    for (SystemQueue which : SystemQueue.values()) {
      WorkQueue queue = scene.quern().systemQueue(which);
      assertEquals(names.get(which), queue.name());
      AtomicInteger runs = new AtomicInteger();
      Work item = queue.newWork("item", runs::incrementAndGet);
      assertEquals(QUEUED, item.submit());
      item.flush();
      assertEquals(1, runs.get());
      queue.flush();
      queue.drain();
      assertFalse(queue.isClosed());
    }
  }

  @Conformance
  @Rule("W13")
  void askingTwiceForASystemQueueGivesTheSameOne(Scene scene) throws InterruptedException {
    HeldWork held = HeldWork.running(scene.quern().systemQueue(SystemQueue.UNBOUND), "held");
    assertFalse(scene.quern().systemQueue(SystemQueue.UNBOUND).flush(Duration.ZERO));
    Quern other = scene.open(OpenOptions.NONE);
    assertTrue(other.systemQueue(SystemQueue.UNBOUND).flush(Duration.ZERO), "another runtime's");
    held.letAllGo();
  }

  @Conformance
  @Rule("W13")
  void whatRunsLongOnOneSystemQueueHoldsUpNoOther(Scene scene) {
    List<HeldWork> held = new ArrayList<>();
    for (SystemQueue which : SystemQueue.values()) {
      held.add(HeldWork.running(scene.quern().systemQueue(which), "held"));
    }
    held.forEach(HeldWork::letAllGo);
  }

  @Conformance
  @Rule({"W13", "G19"})
  void closingASystemQueueIsMisuseAndChangesNothing(Scene scene) throws InterruptedException {
    for (SystemQueue which : SystemQueue.values()) {
      WorkQueue queue = scene.quern().systemQueue(which);
      Work item = queue.newWork("item", () -> {});
      item.schedule(FAR);
      MisuseException misuse = assertThrows(MisuseException.class, queue::close);
      assertTrue(misuse.getMessage().contains(queue.name()), misuse.getMessage());
      assertThrows(MisuseException.class, () -> queue.close(Duration.ZERO));
      assertFalse(queue.isClosed());
      assertTrue(item.isPending());
      assertEquals(COALESCED, item.submit());
      item.close(); // the item is its maker's
      assertTrue(item.isClosed());
    }
  }

  @Conformance
  @Rule("W13")
  void noUsersNameBeginsWithTheSystemsPrefix(Scene scene) {
    Quern quern = scene.quern();
    List<Executable> calls =
        List.of(
            () -> quern.newWorkQueue("quern.mine"),
            () -> quern.newWorkQueue(WorkQueueSpec.ordered("quern.default")),
            () -> quern.newQueue(QueueSpec.unbounded("quern.mine")),
            () -> quern.newDaemonQueue(DaemonQueueSpec.unbounded("quern.mine"), item -> {}),
            () -> quern.newReclaimer("quern.mine", item -> {}),
            () -> quern.threadPool("quern.mine"),
            () -> quern.threadPool(ThreadPoolSpec.named("quern.mine")),
            () -> quern.newTaskContext("quern.mine"));
    for (Executable call : calls) {
      IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, call);
      assertTrue(refused.getMessage().contains("quern."), refused.getMessage());
    }
    assertEquals("quern-mine", quern.newWorkQueue("quern-mine").name());
  }
}

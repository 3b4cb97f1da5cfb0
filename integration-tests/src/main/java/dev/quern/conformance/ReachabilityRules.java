// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Quern;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import dev.quern.TaskContext;
import dev.quern.ThreadPool;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What is no longer needed is let go of: rules G9, G15, W20. */
public final class ReachabilityRules {
  /** Something that is found again if it is kept. Its finding is the only use. */
  private static final class Payload implements Action {
    @Override
    public void run() {
      // Nothing to do: the object is the matter.
    }
  }

  /** Puts a fresh payload through something, and keeps no other reference to it. */
  private interface Use {
    WeakReference<?> once() throws Exception;
  }

  private static WeakReference<Payload> weak(Payload payload) {
    return new WeakReference<>(payload);
  }

  private static void assertLetGo(Scene scene, Map<String, Use> uses) throws Exception {
    Map<String, WeakReference<?>> left = new LinkedHashMap<>();
    for (Map.Entry<String, Use> use : uses.entrySet()) {
      left.put(use.getKey(), use.getValue().once());
    }
    for (Map.Entry<String, WeakReference<?>> each : left.entrySet()) {
      scene.eventuallyCollected(each.getKey(), each.getValue());
    }
  }

  @Conformance
  @Rule("G9")
  void consumedItemsAreNotKept(Scene scene) throws Exception {
    Map<String, Use> uses = new LinkedHashMap<>();
    List<Queue<Payload>> queues =
        List.of(
            scene.quern().newQueue(QueueSpec.unbounded("unbounded")),
            scene.quern().newQueue(QueueSpec.bounded("bounded", 4)));
    for (Queue<Payload> queue : queues) {
      String name = queue.name();
      uses.put(name + ", poll", () -> taken(queue, queue::poll));
      uses.put(name + ", drainTo", () -> taken(queue, () -> queue.drainTo(item -> {}, 1)));
      uses.put(name + ", detach", () -> taken(queue, () -> queue.detach().next()));
      uses.put(
          name + ", peeked",
          () ->
              taken(
                  queue,
                  () -> {
                    queue.peek();
                    queue.poll();
                  }));
    }
    DaemonQueue<Payload> daemon =
        scene.quern().newDaemonQueue(DaemonQueueSpec.unbounded("daemon"), item -> {});
    DaemonQueue<Payload> child = daemon.newChild(DaemonQueueSpec.unbounded("child"), item -> {});
    for (DaemonQueue<Payload> each : List.of(daemon, child)) {
      uses.put(
          each.name(),
          () -> {
            Payload payload = new Payload();
            each.add(payload);
            each.flush();
            return weak(payload);
          });
    }
    assertLetGo(scene, uses);
    queues.forEach(Reference::reachabilityFence);
    Reference.reachabilityFence(daemon);
    Reference.reachabilityFence(child);
  }

  private static WeakReference<Payload> taken(Queue<Payload> queue, Action take) throws Exception {
    Payload payload = new Payload();
    queue.add(payload);
    take.run();
    assertTrue(queue.isEmpty());
    return weak(payload);
  }

  @Conformance
  @Rule({"G9", "T8", "W20"})
  void finishedRunsAreNotKept(Scene scene) throws Exception {
    Quern quern = scene.quern();
    ThreadPool pool = quern.threadPool("pool");
    WorkQueue works = quern.newWorkQueue("works");
    TaskContext context = quern.newTaskContext("context");
    Map<String, Use> uses = new LinkedHashMap<>();
    uses.put(
        "job",
        () -> {
          Payload payload = new Payload();
          var job = pool.newJob("job", payload);
          job.submit();
          job.close();
          return weak(payload);
        });
    uses.put(
        "work",
        () -> {
          Payload payload = new Payload();
          var work = works.newWork("work", payload);
          work.submit();
          work.flush();
          return weak(payload);
        });
    uses.put(
        "dispatched",
        () -> {
          Payload payload = new Payload();
          context.dispatch(payload);
          return weak(payload);
        });
    uses.put(
        "task",
        () -> {
          Payload payload = new Payload();
          context.newTask("task", payload).dispatch();
          return weak(payload);
        });
    uses.put(
        "call",
        () -> {
          Payload payload = new Payload();
          context.call(
              () -> {
                payload.run();
                return "done";
              });
          return weak(payload);
        });
    assertLetGo(scene, uses);
    Reference.reachabilityFence(pool);
    Reference.reachabilityFence(works);
    Reference.reachabilityFence(context);
  }

  @Conformance
  @Rule("G15")
  void whatIsDroppedWithNothingPendingIsNotKeptByTheRuntime(Scene scene) throws Exception {
    Quern quern = scene.quern();
    ThreadPool pool = quern.threadPool("pool");
    WorkQueue works = quern.newWorkQueue("works");
    TaskContext context = quern.newTaskContext("context");
    Map<String, Use> uses = new LinkedHashMap<>();
    uses.put("queue", () -> new WeakReference<>(quern.newQueue(QueueSpec.unbounded("dropped"))));
    uses.put(
        "queue with a signal",
        () -> {
          Queue<String> queue = quern.newQueue(QueueSpec.bounded("dropped", 3), () -> {});
          queue.add("a");
          queue.poll();
          return new WeakReference<>(queue);
        });
    uses.put(
        "context",
        () -> {
          TaskContext dropped = quern.newTaskContext("dropped");
          dropped.dispatch(() -> {});
          return new WeakReference<>(dropped);
        });
    uses.put("work", () -> new WeakReference<>(works.newWork("dropped", () -> {})));
    uses.put("job", () -> new WeakReference<>(pool.newJob("dropped", () -> {})));
    uses.put("task", () -> new WeakReference<>(context.newTask("dropped", () -> {})));
    assertLetGo(scene, uses);
    Reference.reachabilityFence(pool);
    Reference.reachabilityFence(works);
    Reference.reachabilityFence(context);
    assertEquals(List.of(), works.close(Duration.ofSeconds(1)));
  }

  @Conformance
  @Rule("G15")
  void whatIsDroppedWithARunPendingRuns(Scene scene) throws Exception {
    Quern quern = scene.quern();
    int[] ran = new int[1];
    WorkQueue works = quern.newWorkQueue(WorkQueueSpec.ordered("works"));
    Blocked blocked = new Blocked();
    works.newWork("blocks", blocked).submit();
    works.newWork("dropped", () -> ran[0]++).submit();
    works.newWork("delayed", () -> ran[0]++).schedule(Duration.ofMillis(1));
    blocked.awaitEntered(scene);
    System.gc();
    blocked.release();
    scene.eventually(
        "both ran",
        () -> {
          try {
            works.flush();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          return ran[0] == 2;
        });
  }

  @Conformance
  @Rule("G9")
  void cancelledTimersLetGoOfTheirItemsWithinASecond(Scene scene) throws Exception {
    WorkQueue works = scene.quern().newWorkQueue("works");
    int count = scene.times(1000);
    List<WeakReference<Payload>> cancelled = cancelled(works, count);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    boolean over;
    int kept;
    do {
      Thread.sleep(50); // back to back, collections starve the thread that lets go
      over = System.nanoTime() > deadline;
      System.gc();
      kept = (int) cancelled.stream().filter(item -> !item.refersTo(null)).count();
    } while (kept > 0 && !over);
    assertEquals(0, kept, "items kept, of " + count + " that were cancelled or superseded");
    Reference.reachabilityFence(works);
  }

  private static List<WeakReference<Payload>> cancelled(WorkQueue works, int count)
      throws Exception {
    List<WeakReference<Payload>> references = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Payload payload = new Payload();
      Work work = works.newWork("cancelled", payload);
      work.schedule(Duration.ofHours(1));
      if (i % 3 == 1) {
        work.reschedule(Duration.ofHours(2));
      }
      if (i % 3 == 2) {
        work.disable();
      } else {
        work.cancel();
      }
      references.add(weak(payload));
    }
    return references;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.CpuPools;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Job;
import dev.quern.KeyedWorkQueue;
import dev.quern.KeyedWorkQueueSpec;
import dev.quern.Next;
import dev.quern.PoolView;
import dev.quern.PoolViewSpec;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import dev.quern.Submission;
import dev.quern.TaskContext;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Every operation that waits, each in a situation in which it has to. */
final class Waits {
  /**
   * A situation. Whoever calls {@code untimed} or {@code timed} waits until {@code release}.
   *
   * @param untimed null where there is only a form with a limit
   * @param gaveUp whether that is the answer of a wait that ran out of time
   * @param release makes possible what is waited for
   * @param afterGivingUp checks, after one wait that ended early, that what it asked for stays in
   *     effect or is withdrawn, and that the primitive works on
   */
  record Situation(
      @Nullable Action untimed,
      Timed timed,
      Function<@Nullable Object, Boolean> gaveUp,
      Runnable release,
      Action afterGivingUp) {}

  /** A wait with a limit. */
  interface Timed {
    @Nullable Object await(Duration limit) throws Exception;
  }

  /** Makes a situation with primitives of its own. */
  interface Setting {
    Situation in(Scene scene) throws Exception;
  }

  private static final AtomicInteger NAMES = new AtomicInteger();

  private Waits() {}

  /** All of them, by the name of the operation. */
  static Map<String, Setting> all() {
    Map<String, Setting> all = new TreeMap<>();
    all.put("Queue.take", Waits::take);
    all.put("Queue.put", Waits::put);
    all.put("DaemonQueue.put", Waits::daemonPut);
    all.put("DaemonQueue.pauseAndWait", Waits::pauseAndWait);
    all.put("DaemonQueue.flush", Waits::daemonFlush);
    all.put("DaemonQueue.close", Waits::daemonClose);
    all.put("CpuPools.close", Waits::cpuPoolsClose);
    all.put("Job.cancelAndWait", Waits::jobCancelAndWait);
    all.put("Job.close", Waits::jobClose);
    all.put("Job.submit", Waits::jobSubmit);
    all.put("ThreadPool.close", Waits::poolClose);
    all.put("PoolView.flush", Waits::viewFlush);
    all.put("PoolView.pauseAndWait", Waits::viewPauseAndWait);
    all.put("PoolView.close", Waits::viewClose);
    all.put("TaskContext.call", Waits::call);
    all.put("TaskContext.barrier", Waits::barrier);
    all.put("TaskContext.close", Waits::contextClose);
    all.put("WorkQueue.flush", Waits::workQueueFlush);
    all.put("WorkQueue.drain", Waits::drain);
    all.put("WorkQueue.pauseAndWait", Waits::workQueuePauseAndWait);
    all.put("WorkQueue.close", Waits::workQueueClose);
    all.put("Work.submit", Waits::workSubmit);
    all.put("Work.cancelAndWait", Waits::workCancelAndWait);
    all.put("Work.disableAndWait", Waits::disableAndWait);
    all.put("Work.flush", Waits::workFlush);
    all.put("Work.close", Waits::workClose);
    all.put("KeyedWorkQueue.cancelAndWait", Waits::keyedCancelAndWait);
    all.put("KeyedWorkQueue.flush", Waits::keyedFlush);
    all.put("KeyedWorkQueue.close", Waits::keyedClose);
    return all;
  }

  static String freshName(String kind) {
    return kind + "-" + NAMES.incrementAndGet();
  }

  private static boolean no(@Nullable Object answer) {
    return Boolean.FALSE.equals(answer);
  }

  private static boolean timedOut(@Nullable Object answer) {
    return answer == Cancellation.TIMED_OUT;
  }

  private static boolean names(@Nullable Object answer) {
    return answer instanceof List<?> names && !names.isEmpty();
  }

  private static Situation take(Scene scene) {
    Queue<String> queue = scene.quern().newQueue(QueueSpec.unbounded(freshName("take")));
    return new Situation(
        queue::take,
        queue::poll,
        item -> item == null,
        () -> queue.add("late"),
        () -> {
          queue.add("next");
          assertEquals("next", queue.poll());
          assertNull(queue.poll());
        });
  }

  private static Situation put(Scene scene) {
    Queue<String> queue =
        scene.quern().newQueue(QueueSpec.bounded(freshName("put"), 1).producersWait(true));
    queue.add("first");
    return new Situation(
        () -> queue.put("second"),
        limit -> queue.offer("second", limit),
        Waits::no,
        queue::poll,
        () -> {
          assertEquals("first", queue.poll());
          assertNull(queue.poll(), "a put that was given up did something");
        });
  }

  private static Situation daemonPut(Scene scene) {
    List<String> handled = new CopyOnWriteArrayList<>();
    DaemonQueue<String> queue =
        scene
            .quern()
            .newDaemonQueue(
                DaemonQueueSpec.bounded(freshName("daemon-put"), 1).inactive(true), handled::add);
    queue.add("first");
    return new Situation(
        () -> queue.put("second"),
        limit -> queue.offer("second", limit),
        Waits::no,
        queue::activate,
        () -> {
          queue.activate();
          queue.flush();
          assertEquals(List.of("first"), handled);
        });
  }

  /** A daemon queue whose handler is inside the blocked code. */
  private static DaemonQueue<Action> busyDaemon(Scene scene, Blocked blocked) {
    DaemonQueue<Action> queue =
        scene.quern().newDaemonQueue(DaemonQueueSpec.unbounded(freshName("daemon")), Action::run);
    queue.add(blocked);
    blocked.awaitEntered(scene);
    return queue;
  }

  private static Situation pauseAndWait(Scene scene) {
    Blocked blocked = new Blocked();
    AtomicBoolean ran = new AtomicBoolean();
    DaemonQueue<Action> queue = busyDaemon(scene, blocked);
    return new Situation(
        queue::pauseAndWait,
        queue::pauseAndWait,
        Waits::no,
        blocked::release,
        () -> {
          queue.add(() -> ran.set(true));
          blocked.release();
          queue.pauseAndWait();
          queue.resume();
          assertFalse(ran.get(), "the pause that was asked for is gone");
          queue.resume();
          queue.flush();
          assertTrue(ran.get());
        });
  }

  private static Situation daemonFlush(Scene scene) {
    Blocked blocked = new Blocked();
    AtomicBoolean ran = new AtomicBoolean();
    DaemonQueue<Action> queue = busyDaemon(scene, blocked);
    return new Situation(
        queue::flush,
        queue::flush,
        Waits::no,
        blocked::release,
        () -> {
          queue.add(() -> ran.set(true));
          blocked.release();
          queue.flush();
          assertTrue(ran.get());
        });
  }

  private static Situation daemonClose(Scene scene) {
    Blocked blocked = new Blocked();
    DaemonQueue<Action> queue = busyDaemon(scene, blocked);
    return new Situation(
        null,
        queue::close,
        Waits::names,
        blocked::release,
        () -> {
          assertThrows(ClosedException.class, () -> queue.add(() -> {}));
          blocked.release();
          queue.close();
        });
  }

  private static Job busyJob(ThreadPool pool, Scene scene, Blocked blocked) {
    Job job = pool.newJob("busy", blocked);
    job.submit();
    blocked.awaitEntered(scene);
    return job;
  }

  private static Situation jobCancelAndWait(Scene scene) {
    Blocked blocked = new Blocked();
    ThreadPool pool = scene.quern().threadPool(freshName("pool"));
    Job job = busyJob(pool, scene, blocked);
    return new Situation(
        job::cancelAndWait,
        job::cancelAndWait,
        Waits::timedOut,
        blocked::release,
        () -> {
          assertEquals(Submission.REFUSED, job.submit(), "the cancellation was forgotten");
          blocked.release();
          job.cancelAndWait();
          assertEquals(Submission.QUEUED, job.submit());
        });
  }

  private static Situation jobClose(Scene scene) {
    Blocked blocked = new Blocked();
    ThreadPool pool = scene.quern().threadPool(freshName("pool"));
    Job job = busyJob(pool, scene, blocked);
    return new Situation(
        null,
        job::close,
        Waits::names,
        blocked::release,
        () -> {
          assertThrows(ClosedException.class, job::submit);
          blocked.release();
          job.close();
        });
  }

  private static boolean refused(@Nullable Object answer) {
    return answer == Submission.REFUSED;
  }

  /** A view with one place, in which a job waits behind the blocked one. */
  private static PoolView fullView(Scene scene, Blocked blocked) {
    PoolView view =
        scene
            .quern()
            .threadPool(freshName("pool"))
            .newView(PoolViewSpec.named(freshName("view")).maxActive(1).capacity(1));
    busyJob(view, scene, blocked);
    view.newJob("waits", () -> {}).submit();
    return view;
  }

  private static Situation jobSubmit(Scene scene) {
    Blocked blocked = new Blocked();
    AtomicInteger ran = new AtomicInteger();
    PoolView view = fullView(scene, blocked);
    Job job = view.newJob("late", () -> ran.incrementAndGet());
    return new Situation(
        () -> job.submit(Duration.ofDays(1)),
        job::submit,
        Waits::refused,
        blocked::release,
        () -> {
          blocked.release();
          view.flush();
          assertEquals(0, ran.get(), "a submission that was given up did something");
          assertEquals(Submission.QUEUED, job.submit());
        });
  }

  private static Situation viewFlush(Scene scene) {
    Blocked blocked = new Blocked();
    PoolView view = fullView(scene, blocked);
    return new Situation(
        view::flush,
        view::flush,
        Waits::no,
        blocked::release,
        () -> {
          blocked.release();
          view.flush();
        });
  }

  private static Situation viewPauseAndWait(Scene scene) {
    Blocked blocked = new Blocked();
    AtomicBoolean ran = new AtomicBoolean();
    PoolView view =
        scene
            .quern()
            .threadPool(freshName("pool"))
            .newView(PoolViewSpec.named(freshName("view")).maxActive(2));
    busyJob(view, scene, blocked);
    return new Situation(
        view::pauseAndWait,
        view::pauseAndWait,
        Waits::no,
        blocked::release,
        () -> {
          view.newJob("kept", () -> ran.set(true)).submit();
          blocked.release();
          view.pauseAndWait();
          view.resume();
          assertFalse(ran.get(), "the pause that was asked for is gone");
          view.resume();
          view.flush();
          assertTrue(ran.get());
        });
  }

  private static Situation viewClose(Scene scene) {
    Blocked blocked = new Blocked();
    PoolView view = fullView(scene, blocked);
    return new Situation(
        null,
        view::close,
        Waits::names,
        blocked::release,
        () -> {
          assertThrows(ClosedException.class, () -> view.newJob("late", () -> {}));
          blocked.release();
          view.close();
        });
  }

  private static Situation workQueuePauseAndWait(Scene scene) {
    Blocked blocked = new Blocked();
    AtomicBoolean ran = new AtomicBoolean();
    WorkQueue queue = scene.quern().newWorkQueue(freshName("queue"));
    queue.newWork("busy", blocked).submit();
    blocked.awaitEntered(scene);
    return new Situation(
        queue::pauseAndWait,
        queue::pauseAndWait,
        Waits::no,
        blocked::release,
        () -> {
          queue.newWork("kept", () -> ran.set(true)).submit();
          blocked.release();
          queue.pauseAndWait();
          queue.resume();
          assertFalse(ran.get(), "the pause that was asked for is gone");
          queue.resume();
          queue.flush();
          assertTrue(ran.get());
        });
  }

  private static Situation workSubmit(Scene scene) {
    Blocked blocked = new Blocked();
    AtomicInteger ran = new AtomicInteger();
    WorkQueue queue =
        scene
            .quern()
            .newWorkQueue(WorkQueueSpec.named(freshName("queue")).maxActive(1).capacity(1));
    queue.newWork("busy", blocked).submit();
    blocked.awaitEntered(scene);
    queue.newWork("waits", () -> {}).submit();
    Work work = queue.newWork("late", () -> ran.incrementAndGet());
    return new Situation(
        () -> work.submit(Duration.ofDays(1)),
        work::submit,
        Waits::refused,
        blocked::release,
        () -> {
          blocked.release();
          queue.flush();
          assertEquals(0, ran.get(), "a submission that was given up did something");
          assertEquals(Submission.QUEUED, work.submit());
        });
  }

  private static Situation poolClose(Scene scene) {
    Blocked blocked = new Blocked();
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named(freshName("pool")));
    Job job = busyJob(pool, scene, blocked);
    return new Situation(
        null,
        pool::close,
        Waits::names,
        blocked::release,
        () -> {
          assertThrows(ClosedException.class, job::submit);
          blocked.release();
          pool.close();
        });
  }

  private static Situation cpuPoolsClose(Scene scene) {
    Blocked blocked = new Blocked();
    CpuPools pools = scene.quern().cpuPools(ThreadPoolSpec.named(freshName("pools")));
    Job job = busyJob(pools.remote(0), scene, blocked);
    return new Situation(
        null,
        pools::close,
        Waits::names,
        blocked::release,
        () -> {
          assertThrows(ClosedException.class, job::submit);
          blocked.release();
          pools.close();
        });
  }

  /** A context inside of which a thread of the test is. */
  private static TaskContext busyContext(Scene scene, Blocked blocked) {
    TaskContext context = scene.quern().newTaskContext(freshName("context"));
    scene.thread(() -> context.dispatch(blocked));
    blocked.awaitEntered(scene);
    return context;
  }

  private static Situation call(Scene scene) {
    Blocked blocked = new Blocked();
    AtomicBoolean called = new AtomicBoolean();
    TaskContext context = busyContext(scene, blocked);
    return new Situation(
        () -> context.call(() -> called.getAndSet(true)),
        limit -> {
          try {
            return context.<Boolean, Exception>call(() -> called.getAndSet(true), limit);
          } catch (TimeoutException e) {
            return "gave up";
          }
        },
        "gave up"::equals,
        blocked::release,
        () -> {
          blocked.release();
          context.barrier();
          assertFalse(called.get(), "code that was withdrawn ran");
          assertEquals("on", context.<String, Exception>call(() -> "on"));
        });
  }

  private static Situation barrier(Scene scene) {
    Blocked blocked = new Blocked();
    TaskContext context = busyContext(scene, blocked);
    return new Situation(
        context::barrier,
        context::barrier,
        Waits::no,
        blocked::release,
        () -> {
          blocked.release();
          context.barrier();
        });
  }

  private static Situation contextClose(Scene scene) {
    Blocked blocked = new Blocked();
    TaskContext context = busyContext(scene, blocked);
    return new Situation(
        null,
        context::close,
        Waits::names,
        blocked::release,
        () -> {
          assertThrows(ClosedException.class, () -> context.dispatch(() -> {}));
          blocked.release();
          context.close();
        });
  }

  private static Work busyWork(Scene scene, WorkQueue queue, Blocked blocked) {
    Work work = queue.newWork("busy", blocked);
    work.submit();
    blocked.awaitEntered(scene);
    return work;
  }

  private static WorkQueue workQueue(Scene scene) {
    return scene.quern().newWorkQueue(WorkQueueSpec.named(freshName("work")).maxActive(2));
  }

  private static Situation workQueueFlush(Scene scene) {
    Blocked blocked = new Blocked();
    WorkQueue queue = workQueue(scene);
    busyWork(scene, queue, blocked);
    return new Situation(
        queue::flush,
        queue::flush,
        Waits::no,
        blocked::release,
        () -> {
          blocked.release();
          queue.flush();
        });
  }

  private static Situation drain(Scene scene) {
    Blocked blocked = new Blocked();
    WorkQueue queue = workQueue(scene);
    busyWork(scene, queue, blocked);
    Work other = queue.newWork("other", () -> {});
    return new Situation(
        queue::drain,
        queue::drain,
        Waits::no,
        blocked::release,
        () -> {
          assertEquals(Submission.QUEUED, other.submit(), "the drain was not withdrawn");
          blocked.release();
          queue.drain();
        });
  }

  private static Situation workQueueClose(Scene scene) {
    Blocked blocked = new Blocked();
    WorkQueue queue = workQueue(scene);
    Work work = busyWork(scene, queue, blocked);
    return new Situation(
        null,
        queue::close,
        Waits::names,
        blocked::release,
        () -> {
          assertThrows(ClosedException.class, work::submit);
          blocked.release();
          queue.close();
        });
  }

  private static Situation workCancelAndWait(Scene scene) {
    Blocked blocked = new Blocked();
    Work work = busyWork(scene, workQueue(scene), blocked);
    return new Situation(
        work::cancelAndWait,
        work::cancelAndWait,
        Waits::timedOut,
        blocked::release,
        () -> {
          assertEquals(Submission.REFUSED, work.submit(), "the cancellation was forgotten");
          assertTrue(work.isCancelling());
          blocked.release();
          work.cancelAndWait();
          assertEquals(Submission.QUEUED, work.submit());
        });
  }

  private static Situation disableAndWait(Scene scene) {
    Blocked blocked = new Blocked();
    Work work = busyWork(scene, workQueue(scene), blocked);
    return new Situation(
        work::disableAndWait,
        work::disableAndWait,
        Waits::timedOut,
        blocked::release,
        () -> {
          blocked.release();
          work.flush();
          assertEquals(Submission.REFUSED, work.submit(), "the item is not disabled");
          work.enable();
          assertEquals(Submission.QUEUED, work.submit());
        });
  }

  private static Situation workFlush(Scene scene) {
    Blocked blocked = new Blocked();
    Work work = busyWork(scene, workQueue(scene), blocked);
    return new Situation(
        work::flush,
        work::flush,
        Waits::no,
        blocked::release,
        () -> {
          blocked.release();
          work.flush();
          assertFalse(work.isBusy());
        });
  }

  private static Situation workClose(Scene scene) {
    Blocked blocked = new Blocked();
    Work work = busyWork(scene, workQueue(scene), blocked);
    return new Situation(
        null,
        work::close,
        Waits::names,
        blocked::release,
        () -> {
          assertThrows(ClosedException.class, work::submit);
          blocked.release();
          work.close();
        });
  }

  private static KeyedWorkQueue<String> busyKeyed(Scene scene, Blocked blocked) {
    KeyedWorkQueue<String> queue =
        scene
            .quern()
            .newKeyedWorkQueue(
                KeyedWorkQueueSpec.named(freshName("keyed")),
                run -> {
                  blocked.run();
                  return Next.DONE;
                });
    queue.submit("key");
    blocked.awaitEntered(scene);
    return queue;
  }

  private static Situation keyedCancelAndWait(Scene scene) {
    Blocked blocked = new Blocked();
    KeyedWorkQueue<String> queue = busyKeyed(scene, blocked);
    return new Situation(
        () -> queue.cancelAndWait("key"),
        limit -> queue.cancelAndWait("key", limit),
        Waits::timedOut,
        blocked::release,
        () -> {
          assertEquals(Submission.REFUSED, queue.submit("key"), "the cancellation was forgotten");
          blocked.release();
          queue.cancelAndWait("key");
          assertEquals(Submission.QUEUED, queue.submit("key"));
        });
  }

  private static Situation keyedFlush(Scene scene) {
    Blocked blocked = new Blocked();
    KeyedWorkQueue<String> queue = busyKeyed(scene, blocked);
    return new Situation(
        queue::flush,
        queue::flush,
        Waits::no,
        blocked::release,
        () -> {
          blocked.release();
          queue.flush();
          assertEquals(Cancellation.IDLE, queue.cancel("key"));
        });
  }

  private static Situation keyedClose(Scene scene) {
    Blocked blocked = new Blocked();
    KeyedWorkQueue<String> queue = busyKeyed(scene, blocked);
    return new Situation(
        null,
        queue::close,
        Waits::names,
        blocked::release,
        () -> {
          assertThrows(ClosedException.class, () -> queue.submit("key"));
          blocked.release();
          queue.close();
        });
  }
}

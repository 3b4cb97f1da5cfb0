// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Job;
import dev.quern.Quern;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import dev.quern.Submission;
import dev.quern.Task;
import dev.quern.TaskContext;
import dev.quern.ThreadPool;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/**
 * What is seen by whom, by plain fields: rules G2, G3. A failure here may also be a run that was
 * lost: a coalesced submission that no later run serves.
 */
public final class VisibilityRules {
  /** A plain field. */
  private static final class Cell {
    private long value;
  }

  @Conformance
  @Rule("G2")
  void aRunSeesWhatWasDoneBeforeItsSubmission(Scene scene) throws Exception {
    Quern quern = scene.quern();
    Handler<Cell> handler = cell -> cell.value++;
    DaemonQueue<Cell> daemon = quern.newDaemonQueue(DaemonQueueSpec.unbounded("daemon"), handler);
    ThreadPool pool = quern.threadPool("pool");
    WorkQueue works = quern.newWorkQueue("works");
    TaskContext context = quern.newTaskContext("context");
    for (int i = 0; i < scene.times(200); i++) {
      long before = scene.random().nextInt();
      List<Cell> cells = new ArrayList<>();
      for (int k = 0; k < 4; k++) {
        cells.add(new Cell());
        cells.get(k).value = before;
      }
      daemon.add(cells.get(0));
      pool.newJob("job", () -> handler.handle(cells.get(1))).submit();
      works.newWork("work", () -> handler.handle(cells.get(2))).submit();
      context.dispatch(() -> handler.handle(cells.get(3)));
      daemon.flush();
      works.flush();
      context.barrier();
      for (int k : new int[] {0, 2, 3}) {
        assertEquals(before + 1, cells.get(k).value, "seen by the run, and by the waiter after it");
      }
    }
  }

  @Conformance
  @Rule("G2")
  void aCoalescedWorkSeesWhatItsSubmitterDid(Scene scene) throws Exception {
    WorkQueue queue = scene.quern().newWorkQueue(WorkQueueSpec.named("works").maxActive(2));
    coalesced(
        scene,
        body -> {
          Work work = queue.newWork("work", body);
          return new Served(work::submit, work::flush);
        });
  }

  @Conformance
  @Rule("G2")
  void aCoalescedJobSeesWhatItsSubmitterDid(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool("pool");
    coalesced(
        scene,
        body -> {
          Job job = pool.newJob("job", body);
          return new Served(job::submit, job::close);
        });
  }

  @Conformance
  @Rule("G2")
  void aCoalescedTaskSeesWhatItsDispatcherDid(Scene scene) throws Exception {
    TaskContext context = scene.quern().newTaskContext("context");
    coalesced(
        scene,
        body -> {
          Task task = context.newTask("task", body);
          return new Served(task::dispatch, context::barrier);
        });
  }

  private record Served(Supplier<Submission> submit, Action await) {}

  private interface Maker {
    Served make(Action body);
  }

  /**
   * Threads that write a field of their own and submit one item without a pause. Each submission,
   * coalesced ones too, is served by a run that begins after it, so that the last run sees the last
   * value of each.
   */
  private static void coalesced(Scene scene, Maker maker) throws Exception {
    for (int round = 0; round < scene.times(20); round++) {
      Cell[] written = {new Cell(), new Cell()};
      Cell[] seen = {new Cell(), new Cell()};
      Served served =
          maker.make(
              () -> {
                for (int i = 0; i < written.length; i++) {
                  seen[i].value = written[i].value;
                }
              });
      int last = 1 + scene.random().nextInt(200);
      List<Async<Integer>> submitters = new ArrayList<>();
      for (Cell mine : written) {
        submitters.add(scene.async(() -> submitAll(served, mine, last)));
      }
      submitters.forEach(Async::result);
      served.await.run();
      for (Cell each : seen) {
        assertEquals(last, each.value, "the last write before the last accepted submission");
      }
    }
  }

  private static int submitAll(Served served, Cell mine, int last) {
    int coalesced = 0;
    for (int i = 1; i <= last; i++) {
      mine.value = i;
      Submission answer = served.submit.get();
      assertTrue(answer != Submission.REFUSED, "nobody cancels here");
      coalesced += answer == Submission.COALESCED ? 1 : 0;
    }
    return coalesced;
  }

  @Conformance
  @Rule("G2")
  void aSubmissionDuringARunIsServedByALaterRun(Scene scene) throws Exception {
    WorkQueue queue = scene.quern().newWorkQueue("works");
    Blocked blocked = new Blocked();
    Cell written = new Cell();
    Cell seen = new Cell();
    Work work =
        queue.newWork(
            "work",
            () -> {
              seen.value = written.value;
              blocked.run();
            });
    work.submit();
    blocked.awaitEntered(scene);
    written.value = 1;
    assertEquals(Submission.QUEUED, work.submit(), "its run had begun: one more is owed");
    written.value = 2;
    assertEquals(Submission.COALESCED, work.submit());
    blocked.release();
    work.flush();
    assertEquals(2, seen.value);
  }

  @Conformance
  @Rule("G2")
  void itemsThatHopFromPrimitiveToPrimitiveCarryWhatWasDoneBefore(Scene scene) throws Exception {
    Quern quern = scene.quern();
    int hops = scene.times(100);
    CountDownLatch arrived = new CountDownLatch(hops);
    long[] sum = new long[1];
    TaskContext context = quern.newTaskContext("context");
    WorkQueue works = quern.newWorkQueue("works");
    ThreadPool pool = quern.threadPool("pool");
    Queue<Cell> queue = quern.newQueue(QueueSpec.unbounded("queue"));
    Handler<Cell> handler =
        cell -> {
          cell.value++;
          hop(context, works, pool, cell, sum, arrived);
        };
    DaemonQueue<Cell> daemon = quern.newDaemonQueue(DaemonQueueSpec.unbounded("daemon"), handler);
    Async<Integer> consumer =
        scene.async(
            () -> {
              for (int i = 0; i < hops; i++) {
                Cell cell = queue.take();
                cell.value++;
                daemon.add(cell);
              }
              return hops;
            });
    for (int i = 0; i < hops; i++) {
      Cell cell = new Cell();
      cell.value = 1;
      queue.add(cell);
    }
    consumer.result();
    scene.await(arrived);
    context.barrier();
    assertEquals(6L * hops, sum[0], "each cell was counted up by each of its six stations");
  }

  private static void hop(
      TaskContext context,
      WorkQueue works,
      ThreadPool pool,
      Cell cell,
      long[] sum,
      CountDownLatch arrived) {
    Action last =
        () -> {
          cell.value++;
          sum[0] += cell.value;
          arrived.countDown();
        };
    Action inPool =
        () -> {
          cell.value++;
          context.dispatch(last);
        };
    Action inWork =
        () -> {
          cell.value++;
          pool.newJob("job", inPool).submit();
        };
    works.newWork("work", inWork).submit();
  }

  @Conformance
  @Rule("G3")
  void runsOfOneItemAreOrderedWhicheverThreadsTheyAreOn(Scene scene) throws Exception {
    Quern quern = scene.quern();
    Cell ofWork = new Cell();
    Cell ofJob = new Cell();
    Cell ofTask = new Cell();
    Cell ofDaemon = new Cell();
    Work work = quern.newWorkQueue("works").newWork("work", () -> ofWork.value++);
    Job job = quern.threadPool("pool").newJob("job", () -> ofJob.value++);
    TaskContext context = quern.newTaskContext("context");
    Task task = context.newTask("task", () -> ofTask.value++);
    DaemonQueue<Cell> daemon =
        quern.newDaemonQueue(
            DaemonQueueSpec.unbounded("daemon").pool("pool"), cell -> cell.value++);
    int times = scene.times(300);
    List<Async<long[]>> submitters = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      submitters.add(
          scene.async(
              () -> {
                long[] queued = new long[3];
                for (int k = 0; k < times; k++) {
                  queued[0] += work.submit() == Submission.QUEUED ? 1 : 0;
                  queued[1] += job.submit() == Submission.QUEUED ? 1 : 0;
                  queued[2] += task.dispatch() == Submission.QUEUED ? 1 : 0;
                  daemon.add(ofDaemon);
                }
                return queued;
              }));
    }
    long[] queued = new long[3];
    for (Async<long[]> submitter : submitters) {
      for (int k = 0; k < queued.length; k++) {
        queued[k] += submitter.result()[k];
      }
    }
    work.close();
    job.close();
    context.close();
    daemon.close();
    assertEquals(queued[0], ofWork.value, "runs of the work");
    assertEquals(queued[1], ofJob.value, "runs of the job");
    assertEquals(queued[2], ofTask.value, "runs of the task");
    assertEquals(2L * times, ofDaemon.value, "items of the daemon queue");
  }

  @Conformance
  @Rule("G3")
  void whoeverWasMadeToWaitSeesWhatTheRunDid(Scene scene) throws Exception {
    Quern quern = scene.quern();
    WorkQueue works = quern.newWorkQueue("works");
    ThreadPool pool = quern.threadPool("pool");
    TaskContext context = quern.newTaskContext("context");
    for (int i = 0; i < scene.times(100); i++) {
      Cell cell = new Cell();
      Blocked blocked = new Blocked();
      Action body =
          () -> {
            blocked.run();
            cell.value = 1;
          };
      Work work = works.newWork("work", body);
      Job job = pool.newJob("job", body);
      List<Action> submits =
          List.of(work::submit, job::submit, () -> scene.async(() -> dispatch(context, body)));
      List<List<Action>> waits =
          List.of(
              List.of(
                  work::flush,
                  work::cancelAndWait,
                  () -> work.cancelAndWait(Duration.ofHours(1)),
                  works::flush,
                  works::drain,
                  work::close),
              List.of(job::cancelAndWait, job::close),
              List.of(context::barrier, () -> context.call(() -> 1)));
      int which = i % 3;
      submits.get(which).run();
      blocked.awaitEntered(scene);
      List<Action> choice = waits.get(which);
      Action wait = choice.get(scene.random().nextInt(choice.size()));
      Async<Long> waiter =
          scene.async(
              () -> {
                wait.run();
                return cell.value;
              });
      blocked.release();
      assertEquals(1, waiter.result());
    }
  }

  private static Action dispatch(TaskContext context, Action body) {
    context.dispatch(body);
    return body;
  }
}

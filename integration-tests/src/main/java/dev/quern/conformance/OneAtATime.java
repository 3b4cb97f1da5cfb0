// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import dev.quern.Action;
import dev.quern.Cancellation;
import dev.quern.Job;
import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.Task;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.List;

/** A place that runs items which are made once, one after the other (jobs, works, tasks). */
abstract class OneAtATime {
  /** One of its items. */
  interface Item {
    Submission submit();

    Cancellation cancel();
  }

  private final String title;

  private OneAtATime(String title) {
    this.title = title;
  }

  abstract Item newItem(Action body);

  /** Holds it up until the gate is opened. */
  abstract void hold(Scene scene, Gate gate) throws Exception;

  @Override
  public String toString() {
    return title;
  }

  static List<OneAtATime> all(Quern quern) {
    return List.of(pool(quern), works(quern), context(quern));
  }

  private static OneAtATime pool(Quern quern) {
    ThreadPool pool = quern.threadPool(ThreadPoolSpec.named("one").maxThreads(1));
    return new OneAtATime("a pool") {
      @Override
      Item newItem(Action body) {
        Job job = pool.newJob("job", body);
        return new Item() {
          @Override
          public Submission submit() {
            return job.submit();
          }

          @Override
          public Cancellation cancel() {
            return job.cancel();
          }
        };
      }

      @Override
      void hold(Scene scene, Gate gate) throws Exception {
        pool.newJob("held", gate::pass).submit();
        gate.awaitReached();
      }
    };
  }

  private static OneAtATime works(Quern quern) {
    WorkQueue works = quern.newWorkQueue(WorkQueueSpec.ordered("one"));
    return new OneAtATime("a work queue") {
      @Override
      Item newItem(Action body) {
        Work work = works.newWork("work", body);
        return new Item() {
          @Override
          public Submission submit() {
            return work.submit();
          }

          @Override
          public Cancellation cancel() {
            return work.cancel();
          }
        };
      }

      @Override
      void hold(Scene scene, Gate gate) throws Exception {
        works.newWork("held", gate::pass).submit();
        gate.awaitReached();
      }
    };
  }

  private static OneAtATime context(Quern quern) {
    TaskContext context =
        quern.newTaskContext(TaskContextSpec.named("one").maxInlineTime(Duration.ofHours(1)));
    return new OneAtATime("a task context") {
      @Override
      Item newItem(Action body) {
        Task task = context.newTask("task", body);
        return new Item() {
          @Override
          public Submission submit() {
            return task.dispatch();
          }

          @Override
          public Cancellation cancel() {
            return task.cancel();
          }
        };
      }

      @Override
      void hold(Scene scene, Gate gate) throws Exception {
        scene.thread(() -> context.dispatch(gate::pass));
        gate.awaitReached();
      }
    };
  }
}

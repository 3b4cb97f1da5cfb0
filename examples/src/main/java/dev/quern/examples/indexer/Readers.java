// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.indexer;

import dev.quern.Handler;
import dev.quern.Job;
import dev.quern.Quern;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import dev.quern.Submission;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads files in as many jobs as there are CPUs and work. The paths wait in a bounded queue, so
 * that walking can't run away; the jobs' interlock also orders their taking turns as the queue's
 * one consumer.
 */
final class Readers implements AutoCloseable {
  private static final int CAPACITY = 4096;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition quiet = lock.newCondition();
  private final Queue<Path> files; // taken from with the lock held
  private int reading; // guarded by lock
  private final ThreadPool pool;
  private final List<Job> jobs = new ArrayList<>();
  private final Handler<Path> read;

  Readers(Quern quern, int parallel, Handler<Path> read) {
    this.read = read;
    files = quern.newQueue(QueueSpec.bounded("files", CAPACITY).producersWait(true));
    pool = quern.threadPool(ThreadPoolSpec.named("read").maxThreads(parallel));
    for (int i = 0; i < parallel; i++) {
      jobs.add(pool.newJob("read-" + i, lock, this::run));
    }
  }

  /** Waits for room. */
  void add(Path file) throws InterruptedException {
    files.put(file);
    lock.lock();
    try {
      submitOne();
    } finally {
      lock.unlock();
    }
  }

  private void submitOne() {
    for (Job job : jobs) {
      if (job.submit() == Submission.QUEUED) {
        return; // it had nothing to do; all others will look again before they are done
      }
    }
  }

  private void run(Job self) throws Exception {
    for (Path file = next(self); file != null; file = next(self)) {
      boolean failed = true;
      try {
        read.handle(file);
        failed = false;
      } finally {
        finished(failed);
      }
    }
  }

  private @Nullable Path next(Job self) {
    lock.lock();
    try {
      Path file = files.poll();
      if (file == null) {
        self.done();
      } else {
        reading++;
      }
      return file;
    } finally {
      lock.unlock();
    }
  }

  private void finished(boolean failed) {
    lock.lock();
    try {
      reading--;
      if (failed && !files.isEmpty()) {
        submitOne(); // this run ends here
      } else if (reading == 0 && files.isEmpty()) {
        quiet.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until every file added was read. */
  void await() throws InterruptedException {
    lock.lock();
    try {
      while (reading > 0 || !files.isEmpty()) {
        quiet.await();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    pool.close();
    files.close();
  }
}

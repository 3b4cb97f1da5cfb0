// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.programs;

import dev.quern.Handler;
import dev.quern.Job;
import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Walks directories with as many jobs as there is work for. The interlock makes "nothing left, I am
 * done" and "here is one more" one decision, so a directory can't fall between a job's last look
 * and its end.
 */
public final class FileScanner implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition quiet = lock.newCondition();
  private final ArrayDeque<Path> todo = new ArrayDeque<>(); // guarded by lock
  private int scanning; // guarded by lock
  private final ThreadPool pool;
  private final List<Job> jobs = new ArrayList<>();
  private final Handler<Path> files;

  /** The handler is called by several threads; what it throws ends the scan of that directory. */
  public FileScanner(Quern quern, int parallel, Handler<Path> files) {
    this.files = files;
    pool = quern.threadPool(ThreadPoolSpec.named("scan").maxThreads(parallel));
    for (int i = 0; i < parallel; i++) {
      jobs.add(pool.newJob("scan-" + i, lock, this::scan));
    }
  }

  /** Scans a directory and all below it; links are not followed. */
  public void add(Path directory) {
    lock.lock();
    try {
      todo.add(directory);
      submitOne();
    } finally {
      lock.unlock();
    }
  }

  private void submitOne() {
    for (Job job : jobs) {
      if (job.submit() == Submission.QUEUED) {
        return; // one that had nothing to do; all others will look again before they are done
      }
    }
  }

  /** An unreadable directory ends this run, reported; the job was submitted again for the rest. */
  private void scan(Job self) throws Exception {
    for (Path directory = next(self); directory != null; directory = next(self)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
        for (Path entry : entries) {
          if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            add(entry);
          } else {
            files.handle(entry);
          }
        }
      } finally {
        finished();
      }
    }
  }

  private @Nullable Path next(Job self) {
    lock.lock();
    try {
      Path directory = todo.poll();
      if (directory == null) {
        self.done();
      } else {
        scanning++;
      }
      return directory;
    } finally {
      lock.unlock();
    }
  }

  private void finished() {
    lock.lock();
    try {
      scanning--;
      if (!todo.isEmpty()) {
        submitOne();
      } else if (scanning == 0) {
        quiet.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Forgets the directories that wait. */
  public void cancel() {
    lock.lock();
    try {
      todo.clear();
      if (scanning == 0) {
        quiet.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until every directory added was scanned. */
  public void await() throws InterruptedException {
    lock.lock();
    try {
      while (scanning > 0 || !todo.isEmpty()) {
        quiet.await();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}

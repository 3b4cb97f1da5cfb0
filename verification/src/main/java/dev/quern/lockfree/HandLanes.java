// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Action;
import dev.quern.Body;
import dev.quern.Cancellation;
import dev.quern.Job;
import dev.quern.KeyHandler;
import dev.quern.KeyedWorkQueueSpec;
import dev.quern.PoolView;
import dev.quern.PoolViewSpec;
import dev.quern.Submission;
import dev.quern.ThreadPool;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/** A pool whose jobs are run by hand: the lanes of a keyed work queue, one test thread each. */
final class HandLanes implements ThreadPool {
  private final ConcurrentLinkedQueue<HandJob> jobs = new ConcurrentLinkedQueue<>();

  /** How often the queue has dismissed its pool. */
  final AtomicInteger dismissed = new AtomicInteger();

  <K> LockfreeKeyedWorkQueue<K> queue(HandCarried host, int maxActive, KeyHandler<K> handler) {
    KeyedWorkQueueSpec spec =
        KeyedWorkQueueSpec.named("q").maxActive(maxActive).firstRetry(Duration.ofSeconds(1));
    return new LockfreeKeyedWorkQueue<>(
        host,
        spec,
        handler,
        new TimerWheel(host),
        made -> new LockfreeKeyedWorkQueue.Workers(this, dismissed::incrementAndGet));
  }

  /** Runs one job that was submitted. Returns whether there was one. */
  boolean run() {
    for (HandJob job : jobs) {
      if (job.run()) {
        return true;
      }
    }
    return false;
  }

  /** Until no job is submitted any more. */
  void runAll() {
    while (run()) {
      Thread.onSpinWait();
    }
  }

  @Override
  public Job newJob(String name, Action body) {
    HandJob job = new HandJob(name, body);
    jobs.add(job);
    return job;
  }

  @Override
  public Job newJob(String name, Body<Job> body) {
    throw new AssertionError("not asked for");
  }

  @Override
  public Job newJob(String name, ReentrantLock interlock, Body<Job> body) {
    throw new AssertionError("not asked for");
  }

  @Override
  public ExecutorService asExecutorService() {
    throw new AssertionError("not asked for");
  }

  @Override
  public PoolView newView(PoolViewSpec spec) {
    throw new AssertionError("not asked for");
  }

  @Override
  public String name() {
    return "q";
  }

  @Override
  public boolean isClosed() {
    return false;
  }

  @Override
  public void close() {}

  @Override
  public List<String> close(Duration limit) {
    return List.of();
  }

  /** Runs once for each submission, never beside itself, as a pool's job does. */
  private static final class HandJob implements Job {
    private static final int RUNS = 1 << 16;

    private final String name;
    private final Action body;
    private final AtomicInteger owed = new AtomicInteger(); // and RUNS while it runs

    HandJob(String name, Action body) {
      this.name = name;
      this.body = body;
    }

    boolean run() {
      int now = owed.get();
      if (now <= 0 || now >= RUNS || !owed.compareAndSet(now, now - 1 + RUNS)) {
        return false;
      }
      try {
        body.run();
      } catch (Exception unexpected) {
        throw new AssertionError(unexpected);
      } finally {
        owed.addAndGet(-RUNS);
      }
      return true;
    }

    @Override
    public Submission submit() {
      owed.incrementAndGet();
      return Submission.QUEUED;
    }

    @Override
    public Submission submit(Duration limit) {
      return submit();
    }

    @Override
    public Cancellation cancel() {
      throw new AssertionError("not asked for");
    }

    @Override
    public void done() {}

    @Override
    public Cancellation cancelAndWait() {
      return cancel();
    }

    @Override
    public Cancellation cancelAndWait(Duration limit) {
      return cancel();
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public boolean isClosed() {
      return false;
    }

    @Override
    public void close() {}

    @Override
    public List<String> close(Duration limit) {
      return List.of();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Action;
import dev.quern.Body;
import dev.quern.Job;
import dev.quern.PoolView;
import dev.quern.PoolViewSpec;
import dev.quern.ThreadPool;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.ReentrantLock;

/** A pool with one job, that of a work queue's only lane, which is run by hand. */
final class HandPool implements ThreadPool {
  private final HandCarried host;

  HandPool(HandCarried host) {
    this.host = host;
  }

  /** A queue with one lane, whose job is {@link HandCarried#drain}. */
  static WorkCore core(HandCarried host) {
    return new WorkCore(
        WorkQueueSpec.named("q").maxActive(1),
        host,
        new TimerWheel(host),
        new ThreadLocal<>(),
        WorkTimes.RUNS,
        () -> {},
        made -> LanePool.of(new HandPool(host)));
  }

  @Override
  public Job newJob(String name, Action body) {
    return host.newJob(name, body);
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
    throw new UnsupportedOperationException();
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
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Action;
import dev.quern.Body;
import dev.quern.Family;
import dev.quern.MisuseException;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import dev.quern.spi.Host;
import dev.quern.spi.Labels;
import dev.quern.spi.Managed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A work queue (rules W1 to W24): what concerns it as a whole. What an item does is in {@link
 * LockfreeWork}, where items wait in {@link RunLine}, what runs them in {@link WorkLanes}.
 */
final class LockfreeWorkQueue implements WorkQueue, Managed {
  private static final Duration IDLE_LIMIT = Duration.ofSeconds(30);

  private final WorkCore core;

  /**
   * @param wheel the runtime's timers
   * @param current the lane on each thread, of all work queues of the runtime
   */
  LockfreeWorkQueue(
      Host host, WorkQueueSpec spec, TimerWheel wheel, ThreadLocal<@Nullable Lane> current) {
    int maxActive = spec.ordered().orElse(false) ? 1 : spec.maxActive().orElse(1);
    ThreadPoolSpec workers =
        ThreadPoolSpec.named(spec.name())
            .priority(spec.priority().orElse(ThreadPoolSpec.NO_PRIORITY))
            .maxThreads(maxActive)
            .idleLimit(IDLE_LIMIT)
            .virtual(false)
            .maxRun(16)
            .threadNames(false);
    this.core =
        new WorkCore(
            spec.name(), host, wheel, current, maxActive, made -> pool(made, host, workers));
  }

  private ThreadPool pool(WorkCore made, Host host, ThreadPoolSpec workers) {
    Host owner = new WorkHost(host, () -> host.ended(this), made::broke);
    return new LockfreeThreadPool(owner, workers, false);
  }

  @Override
  public String name() {
    return core.name;
  }

  @Override
  public Work newWork(String name, Action body) {
    Labels.check(name);
    Objects.requireNonNull(body, "body");
    requireOpen();
    return new LockfreeWork(core, name, body);
  }

  @Override
  public Work newWork(String name, Body<Work> body) {
    Labels.check(name);
    Objects.requireNonNull(body, "body");
    requireOpen();
    return new LockfreeWork(core, name, body);
  }

  private void requireOpen() {
    if (core.gate.isClosing()) {
      throw core.closed(core.label());
    }
  }

  // ---- The queue as a whole

  @Override
  public void flush() throws InterruptedException {
    flush(Deadline.NEVER);
  }

  @Override
  public boolean flush(Duration limit) throws InterruptedException {
    return flush(Deadline.in(limit));
  }

  private boolean flush(Deadline deadline) throws InterruptedException {
    requireOutside("flush()");
    OwedRuns owed = new OwedRuns(core);
    return core.waits.await(owed::areOver, deadline);
  }

  @Override
  public void drain() throws InterruptedException {
    drain(Deadline.NEVER);
  }

  @Override
  public boolean drain(Duration limit) throws InterruptedException {
    return drain(Deadline.in(limit));
  }

  private boolean drain(Deadline deadline) throws InterruptedException {
    requireOutside("drain()");
    return core.drain(deadline);
  }

  private void requireOutside(String operation) {
    LockfreeWork caller = core.caller();
    if (caller != null) {
      throw new MisuseException(
          core.label()
              + ": "
              + operation
              + " from inside work \""
              + caller.name()
              + "\" would wait for itself");
    }
  }

  // ---- The end

  @Override
  public boolean isClosed() {
    return core.gate.isClosing();
  }

  @Override
  public void close() {
    requireOutside("close()");
    core.close();
    List<String> removed = core.takeRemoved();
    core.lanes.pool().close();
    if (!removed.isEmpty()) {
      core.warn(core.label() + ": close() removed the delayed runs of " + removed);
    }
  }

  @Override
  public List<String> close(Duration limit) throws InterruptedException {
    Deadline deadline = Deadline.in(limit);
    requireOutside("close()");
    boolean cleared = core.close(deadline);
    List<String> left = core.takeRemoved();
    boolean done = cleared && closePool(deadline);
    if (!done) {
      core.queuedOrRunning().forEach(work -> left.add(work.name()));
      if (left.isEmpty()) {
        left.add(core.name);
      }
    }
    return left;
  }

  private boolean closePool(Deadline deadline) throws InterruptedException {
    Duration left = Duration.ofNanos(Math.max(0, deadline.left()));
    return core.lanes.pool().close(left).isEmpty();
  }

  // ---- What others ask

  @Override
  public boolean holdsCaller() {
    return core.caller() != null;
  }

  @Override
  public Counts counts() {
    Instant now = Instant.now();
    long nanoTime = core.host.nanoTime();
    long begun = 0;
    long completed = 0;
    long failed = 0;
    List<Family.Running> running = new ArrayList<>();
    for (Lane lane : core.lanes.all()) {
      begun += lane.begun();
      completed += lane.completed();
      failed += lane.failed();
      LockfreeWork work = lane.work();
      Thread thread = lane.thread();
      if (work != null && thread != null) {
        Instant since = now.minusNanos(nanoTime - lane.since());
        running.add(new Family.Running(work.name(), since, thread.getName()));
      }
    }
    WorkCounts counts = core.counts;
    return new Counts(
        counts.pending(begun),
        running,
        counts.accepted(),
        counts.coalesced(),
        counts.refused(),
        completed,
        failed);
  }

  @Override
  public void interruptRuns() {
    core.lanes.all().forEach(Lane::interruptRun);
  }

  @Override
  public String toString() {
    return core.label()
        + (core.gate.isClosing() ? " (closed)" : core.gate.isBroken() ? " (broken)" : " (open)");
  }
}

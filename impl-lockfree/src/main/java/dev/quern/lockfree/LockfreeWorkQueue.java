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
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * A work queue (rules W1 to W24): what concerns it as a whole. What an item does is in {@link
 * LockfreeWork}, where items wait in {@link RunLine}, what runs them in {@link WorkLanes}.
 */
final class LockfreeWorkQueue implements WorkQueue, Managed {
  private static final Duration IDLE_LIMIT = Duration.ofSeconds(30);

  private final WorkCore core;
  private final Host host;

  /**
   * @param wheel the runtime's timers
   * @param current the lane on each thread, of all work queues of the runtime
   */
  LockfreeWorkQueue(
      Host host, WorkQueueSpec spec, TimerWheel wheel, ThreadLocal<@Nullable Lane> current) {
    this.host = host;
    int maxActive = spec.ordered().orElse(false) ? 1 : spec.maxActive().orElse(1);
    boolean reserved = spec.reservedWorker().orElse(false);
    ThreadPoolSpec workers =
        ThreadPoolSpec.named(spec.name())
            .priority(spec.priority().orElse(ThreadPoolSpec.NO_PRIORITY))
            .maxThreads(reserved ? Math.max(1, maxActive - 1) : maxActive)
            .idleLimit(IDLE_LIMIT)
            .virtual(false)
            .maxRun(16)
            .threadNames(false);
    this.core =
        new WorkCore(
            spec,
            host,
            wheel,
            current,
            WorkTimes.of(spec),
            () -> host.ended(this),
            made ->
                spec.pool()
                    .map(shared -> LanePool.of(host.lendPool(shared)))
                    .orElseGet(() -> LanePool.of(pool(made, host, workers))));
    core.lanes.open(spec.priority().orElse(ThreadPoolSpec.NO_PRIORITY));
  }

  private static ThreadPool pool(WorkCore made, Host host, ThreadPoolSpec workers) {
    Host owner = new WorkHost(host, made::partEnded, made::broke);
    return new LockfreeThreadPool(owner, workers, LockfreeThreadPool.Use.LANES);
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

  @Override
  public ScheduledExecutorService asScheduledExecutorService() {
    requireOpen();
    return host.views().scheduledExecutor(this, host);
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
    return core.announced.awaitAll(owed::include, owed::areOver, deadline);
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

  // ---- Pausing

  @Override
  public void pause() {
    core.pauses.pause();
  }

  @Override
  public void pauseAndWait() throws InterruptedException {
    pauseAndWait(Deadline.NEVER);
  }

  @Override
  public boolean pauseAndWait(Duration limit) throws InterruptedException {
    return pauseAndWait(Deadline.in(limit));
  }

  private boolean pauseAndWait(Deadline deadline) throws InterruptedException {
    requireOutside("pauseAndWait()");
    core.pauses.pause();
    return core.waits.await(core::isResting, deadline);
  }

  @Override
  public void resume() {
    int before = core.pauses.resume();
    if (before == 0) {
      throw new MisuseException(core.label() + ": resume() without pause()");
    }
    if (before == 1) {
      core.lanes.engageAll();
    }
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
    core.lanes.requireOtherWorker(core.label(), operation);
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
    core.announced.during(
        () -> {
          core.lanes.pool().close();
          core.waits.awaitUninterruptibly(core::isEnded);
          core.lanes.awaitReserved();
        });
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
    if (!core.lanes.pool().close(left) || !core.waits.await(core::isEnded, deadline)) {
      return false;
    }
    core.lanes.awaitReserved();
    return true;
  }

  // ---- What others ask

  @Override
  public boolean holdsCaller() {
    return core.caller() != null || core.lanes.isOnOnlyWorker();
  }

  @Override
  public Counts counts() {
    Instant now = Instant.now();
    long nanoTime = core.host.nanoTime();
    long begun = 0;
    long completed = 0;
    long failed = 0;
    long waited = 0;
    long ran = 0;
    List<Family.Running> running = new ArrayList<>();
    for (Lane lane : core.lanes.all()) {
      begun += lane.begun();
      completed += lane.completed();
      failed += lane.failed();
      waited += lane.waited();
      ran += lane.ran();
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
        failed,
        waited,
        ran);
  }

  @Override
  public List<Run> runs() {
    long now = core.host.nanoTime(); // first: none is said to run for longer than it does
    return core.lanes.all().stream().map(lane -> lane.run(now)).flatMap(Optional::stream).toList();
  }

  @Override
  public int maxRuns() {
    return core.lanes.isShared() ? 0 : core.lanes.most(); // others may hold up a shared pool
  }

  @Override
  public List<Wait> waits(long nanos) {
    return core.waits(nanos);
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

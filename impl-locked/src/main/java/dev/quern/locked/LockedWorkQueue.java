// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.Body;
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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A work queue (rules W1 to W24): what concerns it as a whole. Its items' states are in {@link
 * WorkCore}, its threads in {@link WorkLanes}.
 *
 * <p>Progress: every operation takes the queue's lock, so a descheduled holder delays the others.
 */
final class LockedWorkQueue implements WorkQueue, Managed {
  private final String name;
  private final Host host;
  private final WorkCore core;

  /**
   * @param wheel the runtime's timers
   * @param current what runs on each thread, of all work queues of the runtime
   * @param pools makes a pool of our own
   */
  LockedWorkQueue(
      Host host,
      WorkQueueSpec spec,
      TimerWheel wheel,
      ThreadLocal<@Nullable LockedWork> current,
      BiFunction<Host, ThreadPoolSpec, ThreadPool> pools) {
    this.host = host;
    this.name = spec.name();
    boolean ordered = spec.ordered().orElse(false);
    int maxActive = ordered ? 1 : spec.maxActive().orElseThrow();
    this.core =
        new WorkCore(
            name,
            host,
            ordered,
            spec.capacity().orElse(Integer.MAX_VALUE),
            WorkTimes.of(spec),
            wheel,
            current,
            core ->
                new WorkLanes(core, host, spec, maxActive, current, pools, () -> host.ended(this)));
    core.lanes.open();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Work newWork(String name, Action body) {
    Labels.check(name);
    Objects.requireNonNull(body, "body");
    requireOpen();
    return new LockedWork(core, name, body);
  }

  @Override
  public Work newWork(String name, Body<Work> body) {
    Labels.check(name);
    Objects.requireNonNull(body, "body");
    requireOpen();
    return new LockedWork(core, name, body);
  }

  @Override
  public ScheduledExecutorService asScheduledExecutorService() {
    requireOpen();
    return host.views().scheduledExecutor(this, host);
  }

  private void requireOpen() {
    core.run(() -> core.gate.requireOpen(core.label()));
  }

  // ---- The queue as a whole

  @Override
  public void flush() throws InterruptedException {
    flush(Waits.FOREVER);
  }

  @Override
  public boolean flush(Duration limit) throws InterruptedException {
    return flush(Waits.nanos(limit));
  }

  private boolean flush(long nanos) throws InterruptedException {
    requireOutside("flush()");
    return core.step(
        () -> {
          OwedRuns owed = new OwedRuns(core.queuedOrRunning());
          return core.awaitAll(owed::include, owed::areOver, nanos);
        });
  }

  /** The runs that are queued or going on at one instant. */
  private static final class OwedRuns {
    private record Owed(LockedWork work, long number) {}

    private final ArrayDeque<Owed> runs = new ArrayDeque<>();

    OwedRuns(Set<LockedWork> works) {
      for (LockedWork work : works) {
        runs.add(new Owed(work, work.runs.current()));
        if (work.state.now().isQueued()) {
          runs.add(new Owed(work, work.runs.latest()));
        }
      }
    }

    /** Whether the run of that item that goes on is one of them, or in front of one. */
    boolean include(Object item) {
      return runs.stream()
          .anyMatch(owed -> owed.work == item && !owed.work.runs.isOver(owed.number));
    }

    /** What is over stays so: none is looked at again after that. */
    boolean areOver() {
      while (!runs.isEmpty() && runs.element().work.runs.isOver(runs.element().number)) {
        runs.remove();
      }
      return runs.isEmpty();
    }
  }

  @Override
  public void drain() throws InterruptedException {
    drain(Waits.FOREVER);
  }

  @Override
  public boolean drain(Duration limit) throws InterruptedException {
    return drain(Waits.nanos(limit));
  }

  private boolean drain(long nanos) throws InterruptedException {
    requireOutside("drain()");
    return core.step(
        () -> {
          if (core.isQuiet()) {
            return true;
          }
          long drain = core.gate.beginDrain();
          core.signal(); // whoever waits for room
          try {
            return core.awaitAll(item -> true, () -> core.gate.isDrained(drain), nanos);
          } finally {
            core.gate.withdraw(drain);
          }
        });
  }

  // ---- Pausing

  @Override
  public void pause() {
    core.run(core.gate::pause);
  }

  @Override
  public void pauseAndWait() throws InterruptedException {
    pauseAndWait(Waits.FOREVER);
  }

  @Override
  public boolean pauseAndWait(Duration limit) throws InterruptedException {
    return pauseAndWait(Waits.nanos(limit));
  }

  private boolean pauseAndWait(long nanos) throws InterruptedException {
    requireOutside("pauseAndWait()");
    return core.step(
        () -> {
          core.gate.pause();
          return core.await(() -> core.lanes.running() == 0, nanos);
        });
  }

  @Override
  public void resume() {
    core.step(
        () -> {
          if (!core.gate.resume()) {
            throw new MisuseException(core.label() + ": resume() without pause()");
          }
          core.lanes.engageAll();
          return true;
        });
  }

  private void requireOutside(String operation) {
    LockedWork caller = core.caller();
    if (caller != null) {
      throw new MisuseException(
          core.label()
              + ": "
              + operation
              + " from inside "
              + caller.label()
              + " would wait for itself");
    }
    core.lanes.requireOtherWorker(core.label(), operation);
  }

  // ---- The end

  @Override
  public boolean isClosed() {
    return core.look(core.gate::isClosing);
  }

  @Override
  public void close() {
    requireOutside("close()");
    List<LockedWork> removed = beginClose();
    core.announced.during(
        null,
        AnnouncedWaits.awaited(() -> false, item -> true), // nothing runs once it is over
        Waits.FOREVER,
        () -> {
          Waits.uninterruptibly(() -> core.lanes.close(Waits.FOREVER));
          return true;
        });
    if (!removed.isEmpty()) {
      core.warn(core.label() + ": close() removed the delayed runs of " + names(removed));
    }
  }

  @Override
  public List<String> close(Duration limit) throws InterruptedException {
    long nanos = Waits.nanos(limit);
    requireOutside("close()");
    Set<LockedWork> left = new LinkedHashSet<>(beginClose());
    boolean done = core.lanes.close(nanos);
    left.addAll(core.look(core::queuedOrRunning));
    return done || !left.isEmpty() ? names(left) : List.of(name);
  }

  /** Takes away what is delayed. The rest runs, whether or not anybody waits for it. */
  private List<LockedWork> beginClose() {
    return core.step(
        () -> {
          if (core.gate.close()) {
            core.lanes.engageAll();
          }
          core.lanes.closing();
          core.signal(); // whoever waits for room
          return core.removeDelayed();
        });
  }

  private static List<String> names(Iterable<LockedWork> works) {
    List<String> names = new ArrayList<>();
    works.forEach(work -> names.add(work.name()));
    return names;
  }

  // ---- What others ask

  @Override
  public boolean holdsCaller() {
    return core.caller() != null || core.lanes.isOnOnlyWorker();
  }

  @Override
  public Counts counts() {
    Instant now = Instant.now();
    long nanoTime = host.nanoTime();
    return core.look(
        () -> {
          long queued =
              core.queuedOrRunning().stream().filter(work -> work.state.now().isQueued()).count();
          return core.tally.counts(core.delayed.size() + queued, core.lanes.inspect(now, nanoTime));
        });
  }

  @Override
  public List<Run> runs() {
    return core.look(() -> core.lanes.runs(host.nanoTime()));
  }

  @Override
  public int maxRuns() {
    return core.lanes.isShared() ? 0 : core.lanes.maxActive(); // others may hold up a shared pool
  }

  @Override
  public List<Wait> waits(long nanos) {
    return core.look(() -> core.waits(nanos));
  }

  @Override
  public void interruptRuns() {
    core.run(core.lanes::interruptRuns);
  }

  @Override
  public String toString() {
    return core.label() + core.look(this::state);
  }

  private String state() {
    return core.gate.isClosing() ? " (closed)" : core.gate.isBroken() ? " (broken)" : " (open)";
  }
}

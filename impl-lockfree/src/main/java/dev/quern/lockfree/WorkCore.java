// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.ClosedException;
import dev.quern.ContextHook;
import dev.quern.Kind;
import dev.quern.ThreadPool;
import dev.quern.spi.Host;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the items of one work queue share: the gate, the line, the lanes, the wheel; and what
 * concerns several of them at once.
 *
 * <p>Quiet means that nothing is queued or running: the line is empty and no lane is engaged.
 * Whoever becomes queued takes a place in line before, and is taken out of it by an engaged lane,
 * so: head, tail, lanes, tail again, the same, show one instant, that of the look at the lanes.
 */
final class WorkCore {
  final String name;
  final Host host;
  final @Nullable ContextHook contextHook;
  final TimerWheel wheel;
  final ThreadLocal<@Nullable Lane> current;
  final WorkGate gate = new WorkGate();
  final WatchedRuns watched = new WatchedRuns();
  final WorkCounts counts = new WorkCounts();
  final WaitList waits;
  final RunLine line;
  final WorkLanes lanes;

  /** Names of delayed items that the close removed. */
  private final Queue<String> removed = new ConcurrentLinkedQueue<>();

  private volatile boolean swept; // the wheel holds nothing delayed any more
  private volatile boolean givenUp; // a closer's time was up before that

  WorkCore(
      String name,
      Host host,
      TimerWheel wheel,
      ThreadLocal<@Nullable Lane> current,
      int maxActive,
      Function<WorkCore, ThreadPool> pool) {
    this.name = name;
    this.host = host;
    this.contextHook = host.contextHook();
    this.wheel = wheel;
    this.current = current;
    this.waits = new WaitList(host.parker());
    this.line = new RunLine(host.parker());
    this.lanes = new WorkLanes(this, pool.apply(this), maxActive);
  }

  String label() {
    return "work queue \"" + name + "\"";
  }

  /** The item of this queue inside of which the caller is. */
  @Nullable LockfreeWork caller() {
    Lane lane = current.get();
    LockfreeWork work = lane == null ? null : lane.work();
    return work != null && work.core == this ? work : null;
  }

  void warn(String message) {
    host.log(System.Logger.Level.WARNING, message, null);
  }

  // ---- The gate

  /**
   * The gate is not open: whether a submission is refused.
   *
   * @throws ClosedException if it is closed or broken
   */
  boolean refuses(LockfreeWork work) {
    Throwable broken = gate.isBroken() ? gate.cause() : null;
    if (broken != null) {
      throw new ClosedException(work + ": broken by " + broken, broken);
    }
    boolean outside = caller() == null;
    if (gate.isClosing()) {
      if (outside) {
        throw closed(work);
      }
      return true;
    }
    return gate.isDraining() && outside;
  }

  ClosedException closed(Object what) {
    return new ClosedException(what + ": the queue is closed");
  }

  // ---- Quiet

  boolean isQuiet() {
    long begin = line.begin();
    long end = line.end();
    return begin >= end && lanes.areFree() && line.end() == end;
  }

  /** A lane has left. If that was the last, drains are over. */
  void settled() {
    long look = gate.look();
    while (gate.isDraining() && isQuiet() && !gate.endDrains(look)) {
      look = gate.look();
    }
    waits.wakeAll();
  }

  /** Refuses submissions until it is quiet; false if it was not in time. */
  boolean drain(Deadline deadline) throws InterruptedException {
    if (isQuiet()) {
      return true;
    }
    long drain = gate.beginDrain();
    try {
      settled(); // the last lane may have left before it could see the drain
      return waits.await(() -> gate.isDrained(drain) || gate.isBroken(), deadline);
    } finally {
      gate.withdraw(drain);
    }
  }

  // ---- The end

  /** Takes away what is delayed, and lets nobody in any more. What is queued runs. */
  void close() {
    beginClose();
    waits.awaitUninterruptibly(() -> swept);
    if (!clear()) {
      waits.awaitUninterruptibly(gate::isCleared);
    }
  }

  /** False if it was not in time: then the timer thread goes on with it, and closes the pool. */
  boolean close(Deadline deadline) throws InterruptedException {
    beginClose();
    boolean inTime = false;
    try {
      inTime = waits.await(() -> swept, deadline);
    } finally {
      if (!inTime) {
        givenUp = true;
        finish();
      }
    }
    return inTime && (clear() || waits.await(gate::isCleared, deadline));
  }

  private void beginClose() {
    if (gate.beginClose()) {
      boolean sweeps = false;
      try {
        sweeps =
            wheel.sweep(
                entry -> isOurs(entry) && ((LockfreeWork) entry).removeDelayed(), this::swept);
      } finally {
        if (!sweeps) {
          swept();
        }
      }
    }
  }

  private void swept() {
    swept = true;
    waits.wakeAll();
    finish();
  }

  /** For a closer who gave up: he and the timer thread each write, then read what the other did. */
  private void finish() {
    if (givenUp && swept && clear()) {
      closePool();
      List<String> names = takeRemoved();
      if (!names.isEmpty()) {
        warn(label() + ": close() removed the delayed runs of " + names);
      }
    }
  }

  /** Has it end when the lanes have left. Waits for nothing. */
  private void closePool() {
    try {
      lanes.pool().close(Duration.ZERO);
    } catch (InterruptedException late) {
      Thread.currentThread().interrupt(); // its close has begun all the same
    }
  }

  /** False if another does it. Whatever happens here, those who wait for this close go on. */
  private boolean clear() {
    if (!gate.beginClear()) {
      return false;
    }
    try {
      line.seal();
      lanes.seal();
    } finally {
      gate.cleared();
      waits.wakeAll();
    }
    return true;
  }

  void removed(LockfreeWork work) {
    removed.add(work.name());
  }

  /** Those not yet told to anybody. */
  List<String> takeRemoved() {
    List<String> names = new ArrayList<>();
    for (String name = removed.poll(); name != null; name = removed.poll()) {
      names.add(name);
    }
    return names;
  }

  /** What stands in line or runs now, first in, first out. */
  Set<LockfreeWork> queuedOrRunning() {
    Set<LockfreeWork> works = new LinkedHashSet<>();
    for (Lane lane : lanes.all()) {
      LockfreeWork work = lane.work();
      if (work != null) {
        works.add(work);
      }
    }
    line.forEach(
        found -> {
          LockfreeWork work = (LockfreeWork) found;
          if (WorkState.pending(work.word()) == WorkState.QUEUED) {
            works.add(work);
          }
        });
    return works;
  }

  /**
   * An error of our own (rule G17). Reports; then submissions throw, and all that is pending is
   * taken away, so that nobody waits for what will not come. In this order, so that whoever is
   * thrown at finds the report. The timer thread may be here, so it waits for no place's
   * publication: who publishes later engages a lane, which takes it away, or breaks the queue anew.
   */
  void broke(Throwable error) {
    host.failed(Kind.WORK_QUEUE, name, null, error);
    if (gate.breakWith(error)) {
      wheel.sweep(entry -> isOurs(entry) && ((LockfreeWork) entry).discard(), () -> {});
    }
    for (Object next = line.takeReady(); next != null; next = line.takeReady()) {
      ((LockfreeWork) next).discard();
    }
    line.forEach(behind -> ((LockfreeWork) behind).discard());
    waits.wakeAll();
  }

  private boolean isOurs(TimerEntry entry) {
    return entry instanceof LockfreeWork work && work.core == this;
  }
}

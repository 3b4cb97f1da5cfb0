// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.ClosedException;
import dev.quern.ContextHook;
import dev.quern.Kind;
import dev.quern.WorkQueueSpec;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the items of one work queue share: the gate, the line, the lanes, the wheel; and what
 * concerns several of them at once.
 *
 * <p>Quiet means that nothing is queued or running: the line is empty and no lane has a thread.
 * Whoever becomes queued takes a place in line before, and is taken out of it by a lane that shows
 * its thread, so: head, tail, lanes, tail again, the same, show one instant, that of the last look
 * at a lane: what a lane took since it was looked at would have moved tail. A lane that is engaged
 * and has no thread yet has taken nothing; a shared pool may keep it waiting for long.
 */
final class WorkCore {
  final String name;
  final Host host;
  final @Nullable ContextHook contextHook;
  final TimerWheel wheel;
  final ThreadLocal<@Nullable Lane> current;
  final WorkTimes times;
  final WorkGate gate = new WorkGate();
  final WatchedRuns watched = new WatchedRuns();
  final WorkCounts counts = new WorkCounts();
  final WaitList waits;
  final Pauses pauses = new Pauses();
  final @Nullable Room room;
  final AnnouncedWaits announced;
  final RunLine line;
  final WorkLanes lanes;

  /** Names of delayed items that the close removed. */
  private final Queue<String> removed = new ConcurrentLinkedQueue<>();

  private final Runnable whenEnded;
  private final AtomicInteger parts; // what has still to end: the pool, the reserved worker
  private volatile boolean ended;
  private volatile boolean swept; // the wheel holds nothing delayed any more
  private volatile boolean givenUp; // a closer's time was up before that

  /**
   * @param settled name, maxActive, capacity and reserved worker count here
   * @param whenEnded run when the pool, or what was lent of it, and the reserved worker have ended
   */
  WorkCore(
      WorkQueueSpec settled,
      Host host,
      TimerWheel wheel,
      ThreadLocal<@Nullable Lane> current,
      WorkTimes times,
      Runnable whenEnded,
      Function<WorkCore, LanePool> pool) {
    boolean reserved = settled.reservedWorker().orElse(false);
    this.name = settled.name();
    this.host = host;
    this.times = times;
    this.contextHook = host.contextHook();
    this.wheel = wheel;
    this.current = current;
    this.whenEnded = whenEnded;
    this.parts = new AtomicInteger(reserved ? 2 : 1);
    this.waits = new WaitList(host.parker());
    this.room = settled.capacity().map(bound -> new Room(bound, host.parker())).orElse(null);
    this.announced = new AnnouncedWaits(host, waits, Kind.WORK_QUEUE, name);
    this.line = new RunLine(host.parker(), times != WorkTimes.RUNS);
    this.lanes = new WorkLanes(this, pool.apply(this), settled.maxActive().orElse(1), reserved);
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

  /** A submission that waits for room may throw now, or be refused. */
  void wakeThoseForRoom() {
    if (room != null) {
      room.waits.wakeAll();
    }
  }

  // ---- Pausing

  /** After a place was left: nobody else passes it while no lane takes, or a pool is waited for. */
  void placeLeft() {
    if (pauses.isPaused() || lanes.isShared()) {
      line.passGone();
      settled();
      lanes.endIfOver();
    }
  }

  /** Whether nobody takes or runs an item: a lane shows its thread before it looks for a pause. */
  boolean isResting() {
    return lanes.all().stream().allMatch(lane -> lane.thread() == null);
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
    return begin >= end && isResting() && line.end() == end;
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
    wakeThoseForRoom();
    try {
      settled(); // the last lane may have left before it could see the drain
      return announced.awaitAll(
          item -> true, () -> gate.isDrained(drain) || gate.isBroken(), deadline);
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
    boolean first = gate.beginClose();
    wakeThoseForRoom();
    if (pauses.end()) {
      lanes.engageAll();
    }
    if (first) {
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
      lanes.pool().close(Duration.ZERO); // a shared one is given back when the last lane leaves
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
      lanes.stopReserved();
      gate.cleared();
      waits.wakeAll();
    }
    return true;
  }

  /** The pool has ended, or was given back; or the reserved worker has. */
  void partEnded() {
    if (parts.decrementAndGet() == 0) {
      try {
        whenEnded.run();
      } finally {
        ended = true;
        waits.wakeAll();
      }
    }
  }

  boolean isEnded() {
    return ended;
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

  /** What has stood in line for that long or longer, for the watchdog (rule W18). */
  List<Managed.Wait> waits(long nanos) {
    long now = wheel.now(); // first: none is said to wait for longer than it does
    List<Managed.Wait> found = new ArrayList<>();
    line.forEach(
        item -> {
          LockfreeWork work = (LockfreeWork) item;
          long word = work.word();
          if (WorkState.isInLine(word)) {
            long place = WorkState.data(word);
            long waited = now - line.stamped(place);
            if (waited >= nanos && work.word() == word) {
              found.add(new Managed.Wait(work.name(), waited, place));
            }
          }
        });
    return found;
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
    wakeThoseForRoom();
  }

  private boolean isOurs(TimerEntry entry) {
    return entry instanceof LockfreeWork work && work.core == this;
  }
}

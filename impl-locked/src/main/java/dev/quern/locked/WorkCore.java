// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.Call;
import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.ContextHook;
import dev.quern.Kind;
import dev.quern.locked.WorkState.State;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import dev.quern.spi.WaitWatch.Awaited;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The lock of one work queue, and what it guards: the states of its items, where they are, and who
 * waits. Each event of an item is one step of its state; {@link #settle} then moves the item to
 * where its new state says it belongs:
 *
 * <ul>
 *   <li>to the line if it may run now;
 *   <li>to {@code delayed} and onto the timer wheel if it is delayed;
 *   <li>else nowhere: an idle item is not kept (rule G15), and one that is queued again while it
 *       runs holds up nobody until that run has ended (W12).
 * </ul>
 *
 * <p>Lock order: this lock, then the wheel's or the pool's. Under it neither user code runs nor is
 * a failure reported.
 */
final class WorkCore {
  /** One step of an item's state; returns what the state was before. */
  interface Step extends Function<WorkState, State> {}

  final WorkGate gate = new WorkGate(); // guarded by lock
  final WorkList line = new WorkList(); // guarded by lock
  final WorkList delayed = new WorkList(); // guarded by lock
  final WorkTally tally = new WorkTally(); // guarded by lock
  final WorkTimes times;
  final AnnouncedWaits announced;
  final WorkLanes lanes;

  private final String name;
  private final Host host;
  private final @Nullable ContextHook contextHook;
  private final boolean ordered;
  private final TimerWheel wheel;
  private final ThreadLocal<@Nullable LockedWork> current;
  private final int capacity;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition(); // a run is over, or a drain; there is room
  private int waiting; // guarded by lock; how many items are QUEUED, those that run aside
  private long places; // guarded by lock, how often an item has joined the line

  /**
   * @param capacity how many items may be queued by submissions
   * @param wheel the runtime's timers
   * @param current what runs on each thread, of all work queues of the runtime
   */
  WorkCore(
      String name,
      Host host,
      boolean ordered,
      int capacity,
      WorkTimes times,
      TimerWheel wheel,
      ThreadLocal<@Nullable LockedWork> current,
      Function<WorkCore, WorkLanes> lanes) {
    this.name = name;
    this.host = host;
    this.contextHook = host.contextHook();
    this.ordered = ordered;
    this.capacity = capacity;
    this.times = times;
    this.announced = new AnnouncedWaits(host, Kind.WORK_QUEUE, name);
    this.wheel = wheel;
    this.current = current;
    this.lanes = lanes.apply(this);
  }

  String name() {
    return name;
  }

  String label() {
    return "work queue \"" + name + "\"";
  }

  /** The item of this queue inside of which the caller is. */
  @Nullable LockedWork caller() {
    LockedWork work = current.get();
    return work != null && work.core == this ? work : null;
  }

  long nanoTime() {
    try {
      return host.nanoTime();
    } catch (Error theirs) {
      broke(theirs);
      throw theirs;
    }
  }

  /** What the context hook makes of code that the caller submits; null without one. */
  @Nullable Action captured(Action code) {
    return UserCode.captured(contextHook, code);
  }

  void warn(String message) {
    host.log(System.Logger.Level.WARNING, message, null);
  }

  // ---- Critical sections

  /** Runs code under the lock. An error in it is one of our own: it breaks the queue (G17). */
  <T, X extends Exception> T step(Call<T, X> code) throws X {
    try {
      return look(code);
    } catch (Error ours) {
      broke(ours);
      throw ours;
    }
  }

  /** Runs code under the lock. */
  <T, X extends Exception> T look(Call<T, X> code) throws X {
    lock.lock();
    try {
      return code.call();
    } finally {
      lock.unlock();
    }
  }

  /** Runs code under the lock. */
  void run(Runnable code) {
    lock.lock();
    try {
      code.run();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Reports; then submissions throw, and all that is pending is taken away, so that nobody waits
   * for what will not come. In this order, so that whoever is thrown at finds the report.
   */
  void broke(Throwable error) {
    host.failed(Kind.WORK_QUEUE, name, null, error);
    run(() -> breakWith(error));
    lanes.endIfOver();
  }

  // ---- Under the lock: what an event does

  private void breakWith(Throwable error) {
    if (!gate.isBroken()) {
      gate.breakWith(error);
      Set<LockedWork> works = queuedOrRunning();
      delayed.forEach(works::add);
      works.forEach(work -> cancel(work, WorkState::cancel));
      changed.signalAll();
    }
  }

  /**
   * An event that may put the item in line.
   *
   * @throws ClosedException if the pool of its lanes broke, which is about to say so
   */
  State queue(LockedWork work, Step event) {
    State old = event.apply(work.state);
    if (settle(work, old)) {
      try {
        lanes.engage();
      } catch (ClosedException poolBroke) {
        Throwable cause = poolBroke.getCause() == null ? poolBroke : poolBroke.getCause();
        breakWith(cause);
        throw new ClosedException(label() + ": broken by " + cause, cause);
      }
    }
    return old;
  }

  /** An event that takes a pending run away. */
  Cancellation cancel(LockedWork work, Step event) {
    State old = event.apply(work.state);
    settle(work, old);
    return old.cancellation();
  }

  /**
   * After each step: moves the item to the list of its new state, numbers its runs, ends the drains
   * if this is their instant, and wakes who waits.
   *
   * @return whether it has joined the line, so that a lane is needed
   */
  boolean settle(LockedWork work, State old) {
    State now = work.state.now();
    WorkList from = listOf(old);
    WorkList to = listOf(now);
    if (from != to) {
      if (from != null) {
        from.remove(work);
      }
      if (to != null) {
        to.add(work);
      }
      if (to == line && times != WorkTimes.RUNS) {
        stamp(work, old);
      }
    }
    if (!now.isPending()) {
      work.captured = null;
    }
    work.setTimer(wheel);
    boolean over = work.runs.follow(old, now);
    boolean drained = isQuiet() && gate.endDrains();
    boolean room = waits(old) && !waits(now);
    if (room) {
      waiting--;
    } else if (!waits(old) && waits(now)) {
      waiting++;
    }
    if (over || drained || (room && capacity != Integer.MAX_VALUE)) {
      changed.signalAll();
    }
    return to == line && from != line;
  }

  /** An item that was delayed waits since its deadline, if that has come. */
  private void stamp(LockedWork work, State old) {
    long now = host.nanoTime();
    long deadline = work.state.deadline();
    work.inLineSince = old.isDelayed() && deadline - now < 0 ? deadline : now;
    work.place = ++places;
  }

  /** What has stood in line for that long or longer (rule W18). */
  List<Managed.Wait> waits(long nanos) {
    long now = host.nanoTime();
    List<Managed.Wait> found = new ArrayList<>();
    line.forEach(
        work -> {
          long waited = now - work.inLineSince;
          if (waited >= nanos) {
            found.add(new Managed.Wait(work.name(), waited, work.place));
          }
        });
    return found;
  }

  private @Nullable WorkList listOf(State state) {
    if (state.isDelayed()) {
      return delayed;
    }
    boolean mayRun = ordered || !state.isRunning();
    return state.isQueued() && mayRun ? line : null;
  }

  private static boolean waits(State state) {
    return state == State.QUEUED;
  }

  /** Whether there is no room for one more that a submission would queue (W25). */
  boolean isFull() {
    return waiting >= capacity;
  }

  /** Something that a wait may be for has changed beside the items' states. */
  void signal() {
    changed.signalAll();
  }

  Condition newCondition() {
    return lock.newCondition();
  }

  /** Nothing is queued or running: what is queued and not in line runs. */
  boolean isQuiet() {
    return line.isEmpty() && lanes.running() == 0;
  }

  Set<LockedWork> queuedOrRunning() {
    Set<LockedWork> works = new LinkedHashSet<>();
    lanes.forEachRunning(works::add);
    line.forEach(works::add);
    return works;
  }

  /** Takes away what is delayed; returns those items. */
  List<LockedWork> removeDelayed() {
    List<LockedWork> works = new ArrayList<>();
    delayed.forEach(works::add);
    works.forEach(work -> cancel(work, WorkState::close));
    return works;
  }

  // ---- Under the lock: waits

  /** Whether it was so before the time was over. */
  boolean await(LockedWork work, BooleanSupplier done, long nanos) throws InterruptedException {
    return done.getAsBoolean()
        || announced.during(work.name(), awaited(work, done), nanos, () -> await(done, nanos));
  }

  /**
   * Of the queue as a whole.
   *
   * @param owed whether a run of that item that goes on is waited for
   */
  boolean awaitAll(Predicate<Object> owed, BooleanSupplier done, long nanos)
      throws InterruptedException {
    Awaited awaited =
        AnnouncedWaits.awaited(() -> look(done::getAsBoolean), item -> look(() -> owed.test(item)));
    return done.getAsBoolean() || announced.during(null, awaited, nanos, () -> await(done, nanos));
  }

  /** Of one item, the run that goes on is the one that is waited for, or in front of it. */
  private Awaited awaited(LockedWork work, BooleanSupplier done) {
    return AnnouncedWaits.awaited(() -> look(done::getAsBoolean), item -> item == work);
  }

  /** One that nobody is told of. */
  boolean await(BooleanSupplier done, long nanos) throws InterruptedException {
    long left = nanos;
    while (!done.getAsBoolean()) {
      if (left <= 0) {
        return false;
      }
      if (left == Waits.FOREVER) {
        changed.await();
      } else {
        left = changed.awaitNanos(left);
      }
    }
    return true;
  }

  boolean awaitUninterruptibly(LockedWork work, BooleanSupplier done) {
    return done.getAsBoolean()
        || announced.during(
            work.name(), awaited(work, done), Waits.FOREVER, () -> awaitUninterruptibly(done));
  }

  private boolean awaitUninterruptibly(BooleanSupplier done) {
    while (!done.getAsBoolean()) {
      changed.awaitUninterruptibly();
    }
    return true;
  }
}

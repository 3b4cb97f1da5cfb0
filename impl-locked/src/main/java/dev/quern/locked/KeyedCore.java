// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Call;
import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.Kind;
import dev.quern.Submission;
import dev.quern.locked.LockedKey.Pending;
import dev.quern.spi.Host;
import dev.quern.spi.Labels;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The lock of one keyed work queue, and what it guards: which keys are busy, in which state, who
 * stands in line, who waits. Each event changes a key, then {@link #settle} puts it where it
 * belongs: into line, onto the timer wheel, or, if it is neither pending nor running, out of the
 * map, which holds the busy keys and no other.
 *
 * <p>Lock order: this lock, then the wheel's or the pool's. Under it neither the handler runs nor
 * is a failure reported. A key's equals and hashCode do run under it: keys are values.
 */
final class KeyedCore<K> {
  /** A map never shrinks: one that has held more is not kept once it is empty. */
  private static final int LARGE = 8192;

  final KeyedLanes<K> lanes;
  final KeyedTally tally = new KeyedTally(); // guarded by lock, like all that follow but name, host

  private final String name;
  private final Host host;
  private final TimerWheel wheel;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<K> removed = new ArrayList<>(); // by the close, and nobody was told yet
  private Map<K, LockedKey<K>> keys = new HashMap<>();
  private Set<LockedKey<K>> line = new LinkedHashSet<>();
  private boolean large;
  private boolean closing;
  private @Nullable Throwable broken;

  KeyedCore(String name, Host host, TimerWheel wheel, KeyedLanes.Maker<K> lanes) {
    this.name = name;
    this.host = host;
    this.wheel = wheel;
    this.lanes = lanes.make(this);
  }

  String name() {
    return name;
  }

  String label() {
    return "keyed work queue \"" + name + "\"";
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

  long nanoTime() {
    try {
      return host.nanoTime();
    } catch (Error theirs) {
      broke(theirs);
      throw theirs;
    }
  }

  /**
   * Reports; then submissions throw, and all that is pending is taken away, so that nobody waits
   * for what will not come. In this order, so that whoever is thrown at finds the report.
   */
  void broke(Throwable error) {
    host.failed(Kind.KEYED_WORK_QUEUE, name, null, error);
    run(
        () -> {
          breakWith(error);
          lanes.endIfDone();
        });
  }

  // ---- Events, under the lock

  /**
   * @param time when it is to run, or null for at once
   * @param captured what a context hook made of it, for the run if this makes one pending
   */
  Submission submit(K key, @Nullable Long time, @Nullable KeyCapture captured) {
    if (refuses(key)) {
      return tally.answered(Submission.REFUSED);
    }
    LockedKey<K> busy = keys.get(key);
    if (busy == null) {
      busy = new LockedKey<>(key, this::fire);
      keys.put(key, busy);
      large |= keys.size() > LARGE;
    }
    if (busy.cancelling) {
      return tally.answered(Submission.REFUSED);
    }
    Submission answer = busy.isPending() ? Submission.COALESCED : Submission.QUEUED;
    if (answer == Submission.QUEUED) {
      busy.captured = captured;
    }
    if (time == null) {
      queue(busy);
    } else if (!busy.isPending() || (busy.pending == Pending.WAITING && time - busy.deadline < 0)) {
      busy.become(Pending.DELAYED, time);
    }
    settle(busy);
    return tally.answered(answer);
  }

  private void queue(LockedKey<K> key) {
    if (key.pending != Pending.QUEUED) {
      key.become(Pending.QUEUED, 0);
    }
  }

  private boolean refuses(K key) {
    if (broken != null) {
      throw new ClosedException(label(key) + ": broken by " + broken, broken);
    }
    if (closing && lanes.caller() == null) {
      throw new ClosedException(label(key) + ": the queue is closed");
    }
    return closing;
  }

  String label(K key) {
    return label() + ": key \"" + Labels.text(key) + "\"";
  }

  /** On the timer thread. What is thrown has broken the queue and been reported; others fire on. */
  private void fire(LockedKey<K> key, long now) {
    try {
      step(
          () -> {
            boolean due = key.isDelayed() && now - key.deadline >= 0;
            if (due) {
              queue(key);
              settle(key);
            }
            return due;
          });
    } catch (Error | ClosedException reported) {
      return;
    }
  }

  /** The first in line begins to run; there is one. */
  LockedKey<K> begin(long now) {
    LockedKey<K> first = line.iterator().next();
    line.remove(first);
    first.runs = first.captured;
    first.become(Pending.NONE, 0);
    first.run = first.last;
    first.thread = Thread.currentThread();
    first.since = now;
    return first;
  }

  /**
   * Its run has ended.
   *
   * @param next when the handler wants the next one, or null for not at all
   */
  void end(LockedKey<K> key, int failures, @Nullable Long next, long now) {
    key.run = 0;
    key.thread = null;
    key.failures = failures;
    boolean cancelled = key.cancelling;
    key.cancelling = false;
    if (next != null && !cancelled && key.pending != Pending.QUEUED && broken == null) {
      if (!key.isPending()) {
        key.captured = key.runs; // a retry is on behalf of whom the run was
      }
      if (next - now <= 0) {
        queue(key);
      } else if (!key.isPending() || next - key.deadline < 0) {
        key.become(Pending.WAITING, next);
      }
    }
    key.runs = null;
    if (closing && key.isDelayed()) {
      removed.add(key.key);
      key.become(Pending.NONE, 0);
    }
    settle(key);
  }

  Cancellation cancel(K key, boolean forCertain) {
    LockedKey<K> busy = keys.get(key);
    if (busy == null) {
      return Cancellation.IDLE;
    }
    Cancellation answer = busy.cancellation();
    busy.cancelling |= forCertain && busy.isRunning();
    remove(busy);
    return answer;
  }

  /** Takes the pending run away. */
  private void remove(LockedKey<K> key) {
    key.become(Pending.NONE, 0);
    settle(key);
  }

  /** After each event: the line, the timer, the map, and whoever waits. */
  private void settle(LockedKey<K> key) {
    if (key.isDelayed()) {
      key.timed = true;
      wheel.start(key, key.deadline);
    } else if (key.timed) {
      key.timed = false;
      wheel.stop(key);
    }
    if (key.pending != Pending.QUEUED) {
      line.remove(key);
    } else if (!key.isRunning() && line.add(key)) {
      engage();
    }
    if (!key.isBusy()) {
      keys.remove(key.key, key);
      if (keys.isEmpty() && large) {
        keys = new HashMap<>();
        line = new LinkedHashSet<>();
        large = false;
      }
    }
    changed.signalAll();
  }

  /**
   * @throws ClosedException if its pool broke, which is about to say so
   */
  private void engage() {
    try {
      lanes.engage();
    } catch (ClosedException poolBroke) {
      Throwable cause = poolBroke.getCause() == null ? poolBroke : poolBroke.getCause();
      breakWith(cause);
      throw new ClosedException(label() + ": broken by " + cause, cause);
    }
  }

  private void breakWith(Throwable error) {
    if (broken == null) {
      broken = error;
      all().forEach(this::remove);
    }
  }

  boolean isLineEmpty() {
    return line.isEmpty();
  }

  // ---- Under the lock: looks

  /** Whether the key that is busy still stands for that run. */
  LockedKey<K> busy(K key) {
    LockedKey<K> busy = keys.get(key);
    return busy == null ? new LockedKey<>(key, (idle, now) -> {}) : busy;
  }

  List<LockedKey<K>> all() {
    return new ArrayList<>(keys.values());
  }

  long pending() {
    return keys.values().stream().filter(LockedKey::isPending).count();
  }

  boolean isClosing() {
    return closing;
  }

  boolean isBroken() {
    return broken != null;
  }

  /** Whether that run's end is waited for. */
  boolean isCancelling(LockedKey<K> key, long run) {
    return key.run == run && (key.cancelling || closing);
  }

  // ---- The end, under the lock

  void close() {
    if (!closing) {
      closing = true;
      for (LockedKey<K> key : all()) {
        if (key.isDelayed()) {
          removed.add(key.key);
          remove(key);
        }
      }
      lanes.endIfDone();
    }
  }

  /** No key is left to be run, and none will come. */
  boolean isDone() {
    return closing && keys.isEmpty();
  }

  /** In words; each is told once. */
  List<String> takeRemoved() {
    List<String> names = new ArrayList<>();
    removed.forEach(key -> names.add(Labels.text(key)));
    removed.clear();
    return names;
  }

  // ---- Waits, under the lock

  /** The runs that are queued or going on at one instant. */
  BooleanSupplier owed() {
    record Run<K>(LockedKey<K> key, long number) {}
    ArrayDeque<Run<K>> runs = new ArrayDeque<>();
    for (LockedKey<K> key : keys.values()) {
      if (key.isRunning()) {
        runs.add(new Run<>(key, key.run));
      }
      if (key.pending == Pending.QUEUED) {
        runs.add(new Run<>(key, key.last));
      }
    }
    return () -> {
      while (!runs.isEmpty() && runs.element().key.isOver(runs.element().number)) {
        runs.remove();
      }
      return runs.isEmpty();
    };
  }

  /** Whether it was so before the time was over. */
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

  void signal() {
    changed.signalAll();
  }
}

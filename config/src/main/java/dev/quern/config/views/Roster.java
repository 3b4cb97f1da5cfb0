// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.views;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of one executor view, and whether it is shut.
 *
 * <pre>
 *   a task is   by              until
 *   pending     enter, pend     begin, withdraw, shutNow
 *   running     begin           leave, pend (one more run is to come)
 * </pre>
 *
 * <p>A task that is neither will not run: begin refuses it. So whoever takes a pending one out may
 * say that it never began, whatever becomes of the job or item made for it. Terminated is shut and
 * without tasks.
 *
 * <p>A running task's thread is interrupted under the lock, which it needs to leave: the interrupt
 * never meets what that thread runs next.
 */
final class Roster<T> {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition emptied = lock.newCondition();

  /** In the order in which they entered; with the thread of those that run. Guarded by lock. */
  private final Map<T, @Nullable Thread> tasks = new LinkedHashMap<>();

  private boolean shut; // guarded by lock

  /** Takes a new task in, pending; false if the view is shut. */
  boolean enter(T task) {
    lock.lock();
    try {
      if (!shut) {
        tasks.put(task, null);
      }
      return !shut;
    } finally {
      lock.unlock();
    }
  }

  /** A pending task runs on this thread; false if it is pending no more. */
  boolean begin(T task) {
    lock.lock();
    try {
      return tasks.containsKey(task) && tasks.put(task, Thread.currentThread()) == null;
    } finally {
      lock.unlock();
    }
  }

  /** A running task is pending again; false, and it runs still, if the view is shut. */
  boolean pend(T task) {
    lock.lock();
    try {
      if (!shut) {
        tasks.put(task, null);
      }
      return !shut;
    } finally {
      lock.unlock();
    }
  }

  /** A task is over, or was never accepted. */
  void leave(T task) {
    lock.lock();
    try {
      remove(task);
    } finally {
      lock.unlock();
    }
  }

  /** Takes a pending task out; false if it was not pending. */
  boolean withdraw(T task) {
    lock.lock();
    try {
      boolean pending = tasks.containsKey(task) && tasks.get(task) == null;
      if (pending) {
        remove(task);
      }
      return pending;
    } finally {
      lock.unlock();
    }
  }

  /** From now on no task enters. Returns those that are pending, which stay so. */
  List<T> shut() {
    lock.lock();
    try {
      shut = true;
      signalIfEmpty();
      return pending();
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #shut}; interrupts those that run, takes out those that are pending. */
  List<T> shutNow() {
    lock.lock();
    try {
      shut = true;
      List<T> left = pending();
      left.forEach(tasks::remove);
      for (Thread runner : tasks.values()) {
        if (runner != null) {
          runner.interrupt();
        }
      }
      signalIfEmpty();
      return left;
    } finally {
      lock.unlock();
    }
  }

  boolean isShut() {
    lock.lock();
    try {
      return shut;
    } finally {
      lock.unlock();
    }
  }

  boolean isTerminated() {
    lock.lock();
    try {
      return shut && tasks.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  boolean awaitTerminated(long nanos) throws InterruptedException {
    long left = nanos;
    lock.lockInterruptibly();
    try {
      while (!(shut && tasks.isEmpty())) {
        if (left <= 0) {
          return false;
        }
        left = emptied.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** In words: whether it is shut, and how many tasks it has. */
  @Override
  public String toString() {
    lock.lock();
    try {
      String state = !shut ? "open" : tasks.isEmpty() ? "terminated" : "shut down";
      return state + ", " + pending().size() + " pending, " + tasks.size() + " in all";
    } finally {
      lock.unlock();
    }
  }

  private List<T> pending() {
    List<T> pending = new ArrayList<>();
    tasks.forEach(
        (task, runner) -> {
          if (runner == null) {
            pending.add(task);
          }
        });
    return pending;
  }

  private void remove(T task) {
    tasks.remove(task);
    signalIfEmpty();
  }

  private void signalIfEmpty() {
    if (shut && tasks.isEmpty()) {
      emptied.signalAll();
    }
  }
}

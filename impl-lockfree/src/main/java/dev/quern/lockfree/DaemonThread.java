// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Waiting;
import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Host;
import dev.quern.spi.Parker;
import org.jspecify.annotations.Nullable;

/**
 * A daemon queue's own thread, named after it.
 *
 * <p>No wake-up is lost: the thread sets {@code parked}, then looks at the state word, then parks;
 * a caller's step sets CALLED there, then it looks at {@code parked}. All in volatile mode, so at
 * least one of the two sees the other (Dekker), and a permit given early ends the next park. A park
 * that returns for no reason is a look more.
 *
 * <p>Progress: call is wait-free, but for the unpark.
 */
final class DaemonThread implements DaemonCarrier, Runnable {
  private static final long FIRST_STEP = 10_000;
  private static final long LONGEST_STEP = 5_000_000;

  private final Host host;
  private final Parker parker;
  private final LockfreeDaemonQueue<?> queue;
  private final DaemonState state;
  private final int priority;
  private final @Nullable ClassLoader loader;
  private final DaemonRest rest;
  private volatile boolean parked;
  private volatile @Nullable Thread thread;

  DaemonThread(
      Host host,
      LockfreeDaemonQueue<?> queue,
      DaemonState state,
      int priority,
      Waiting waiting,
      @Nullable ClassLoader loader) {
    this.host = host;
    this.parker = host.parker();
    this.queue = queue;
    this.state = state;
    this.priority = priority;
    this.loader = loader;
    this.rest = new DaemonRest(waiting, Runtime.getRuntime().availableProcessors());
  }

  @Override
  public void start() {
    try {
      thread = host.startThread(queue.name(), priority, false, loader, this);
    } catch (CannotStartThreadException failure) {
      throw new IllegalStateException(
          queue.label() + ": its thread cannot be created", failure.getCause());
    }
  }

  @Override
  public void run() {
    thread = Thread.currentThread(); // start may not have got so far
    try {
      while (awaitCall()) {
        queue.drainOnce();
      }
    } catch (Throwable ours) {
      queue.broke(ours);
    } finally {
      queue.carrierEnds();
    }
  }

  /** False once the queue is over. */
  private boolean awaitCall() {
    if (!state.isCalledOrOver() && !rest.await(state)) {
      parked = true;
      while (!state.isCalledOrOver()) {
        parker.park(this);
        Thread.interrupted(); // else the next park would not sleep
      }
      parked = false;
    }
    return !state.isOver();
  }

  @Override
  public void call() {
    Thread sleeper = thread;
    if (parked && sleeper != null) {
      parker.unpark(sleeper);
    }
  }

  @Override
  public void dismiss() {
    call();
  }

  @Override
  public boolean endsItself() {
    return true;
  }

  @Override
  public void release() {
    boolean interrupted = false;
    while (Thread.currentThread() != thread) {
      try {
        awaitGone(Deadline.NEVER);
        break;
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** In growing steps, for nobody tells the end of a thread: joining it would pin (rule G8). */
  @Override
  public boolean awaitGone(Deadline deadline) throws InterruptedException {
    Thread own = thread;
    for (long step = FIRST_STEP; own != null && own.isAlive(); ) {
      long left = deadline.left();
      if (left <= 0) {
        return false;
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      parker.parkNanos(this, Math.min(step, left));
      step = Math.min(2 * step, LONGEST_STEP);
    }
    return true;
  }

  @Override
  public boolean holdsCaller() {
    return false;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Waiting;
import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Host;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * A daemon queue's own thread, named after it.
 *
 * <p>How it waits for the next drain (D15): PARK waits on a condition; SPIN and YIELD look at a
 * volatile flag for as long as it takes, also while the queue is paused; SPIN_THEN_PARK looks for a
 * number of times that doubles when that was enough and halves when it was not, then parks. The
 * flag is set under the lock and the park looks at it under the lock, so no wake-up is lost.
 */
final class ThreadQueueCarrier implements QueueCarrier, Runnable {
  private static final int FEWEST_LOOKS = 16;
  private static final int MOST_LOOKS = 4096;

  private final Host host;
  private final LockedDaemonQueue<?> queue;
  private final int priority;
  private final Waiting waiting;
  private final @Nullable ClassLoader loader;
  private final Condition work;
  private volatile boolean called;
  private volatile @Nullable Thread thread;
  private int looks = FEWEST_LOOKS; // its own thread only

  ThreadQueueCarrier(
      Host host,
      LockedDaemonQueue<?> queue,
      int priority,
      Waiting waiting,
      @Nullable ClassLoader loader) {
    this.host = host;
    this.queue = queue;
    this.priority = priority;
    this.waiting = waiting;
    this.loader = loader;
    this.work = queue.lock.newCondition();
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
    try {
      do {
        awaitCall();
        queue.drainOnce();
      } while (!queue.isOver());
    } catch (Throwable ours) {
      queue.broke(ours);
    } finally {
      queue.carrierEnds();
    }
  }

  private void awaitCall() {
    switch (waiting) {
      case SPIN -> spin(Integer.MAX_VALUE);
      case YIELD -> yieldUntilCalled();
      case SPIN_THEN_PARK -> looks = spin(looks) ? moreLooks() : fewerLooks();
      case PARK -> {
        // parks at once
      }
    }
    queue.lock.lock();
    try {
      while (!called) {
        work.awaitUninterruptibly();
      }
      called = false;
    } finally {
      queue.lock.unlock();
    }
  }

  /** Returns whether it was called in time; never gives up with the most looks there are. */
  private boolean spin(int limit) {
    for (int look = 0; !called; look++) {
      if (look >= limit && limit != Integer.MAX_VALUE) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }

  @SuppressWarnings("ThreadPriorityCheck") // asked for: Waiting.YIELD (D15)
  private void yieldUntilCalled() {
    while (!called) {
      Thread.yield();
    }
  }

  private int moreLooks() {
    return Math.min(2 * looks, MOST_LOOKS);
  }

  private int fewerLooks() {
    return Math.max(looks / 2, FEWEST_LOOKS);
  }

  @Override
  public boolean wake() {
    called = true;
    work.signal();
    return false;
  }

  @Override
  public void withdraw() {
    // a drain that finds nothing owed returns at once
  }

  @Override
  public void dismiss() {
    wake();
  }

  @Override
  public boolean endsItself() {
    return true;
  }

  @Override
  public void release() {
    if (Thread.currentThread() != thread) {
      QueueDeadline.patiently(host, this::awaitGone);
    }
  }

  @Override
  public boolean awaitGone(QueueDeadline deadline) throws InterruptedException {
    Thread own = thread;
    return own == null || deadline.awaitUnsignalled(() -> !own.isAlive());
  }

  @Override
  public boolean holdsCaller() {
    return false;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Parker;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The thread of a queue's reserved lane (rule W14): there from the creation on, and until the queue
 * has ended.
 *
 * <p>No call is lost: called is written before the thread is unparked, and read before it parks. A
 * stop comes after the last call, and is read before called is: so who sees it sees that call. A
 * lane is called again only after it has left, which is when called has been cleared.
 */
final class ReservedWorker implements Runnable {
  private static final long LONGEST_STEP = 1_000_000;

  private final WorkCore core;
  private final Parker parker;
  private @Nullable Lane lane; // written before the thread is started
  private volatile @Nullable Thread thread;
  private volatile boolean called;
  private volatile boolean stopped;

  ReservedWorker(WorkCore core) {
    this.core = core;
    this.parker = core.host.parker();
  }

  void start(Lane reserved, int priority) throws CannotStartThreadException {
    lane = reserved;
    thread = core.host.startThread(core.name + "-reserved", priority, false, null, this);
  }

  // ---- Any thread

  /** Whoever engaged its lane. */
  void call() {
    called = true;
    wake();
  }

  /** Its lane will not be engaged any more. */
  void stop() {
    stopped = true;
    wake();
  }

  private void wake() {
    Thread sleeper = thread;
    if (sleeper != null) {
      parker.unpark(sleeper);
    }
  }

  /** After it was stopped. Not Thread.join, which would pin a virtual caller's carrier (G8). */
  void awaitEnd() {
    boolean interrupted = false;
    Thread ending = thread;
    for (long step = 10_000;
        ending != null && ending.isAlive();
        step = Math.min(2 * step, LONGEST_STEP)) {
      parker.parkNanos(this, step);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- Its thread

  @Override
  public void run() {
    thread = Thread.currentThread(); // whoever called before finds called seen below
    try {
      while (true) {
        boolean last = stopped;
        if (called) {
          called = false;
          serve();
        } else if (last) {
          return;
        } else {
          parker.park(this);
          Thread.interrupted(); // meant for nobody
        }
      }
    } finally {
      core.partEnded();
    }
  }

  private void serve() {
    try {
      Objects.requireNonNull(lane).run();
    } catch (Throwable ours) {
      core.broke(ours);
    }
  }
}

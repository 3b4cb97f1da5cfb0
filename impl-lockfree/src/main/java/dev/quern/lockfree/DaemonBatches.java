// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Action;
import dev.quern.Handler;
import dev.quern.spi.Host;
import dev.quern.spi.Managed.Counts;
import org.jspecify.annotations.Nullable;

/**
 * What a daemon queue's drainer does with items: batches (rules D1, D4). The drainer's own, but for
 * what is counted; one drain happens-before the next.
 *
 * <pre>
 *   a batch ends when          and leaves
 *   the buffer is empty        nothing: the poll that saw it armed the buffer
 *   maxBatch were handled      perhaps more
 *   the queue is held          perhaps more
 *   the queue is closing       perhaps more; only the first look that finds it so ends a batch
 * </pre>
 */
final class DaemonBatches<E> {
  private final LockfreeDaemonQueue<E> queue;
  private final Host host;
  private final DaemonState state;
  private final Handler<? super E> handler;
  private final @Nullable ClassLoader loader;
  private final int maxBatch;
  private final DaemonTally tally = new DaemonTally();
  private final Gathering gathering = new Gathering();
  private final Action batchEnd; // made once: a run allocates nothing
  private boolean foundEmpty;
  private boolean closingSeen;

  DaemonBatches(
      LockfreeDaemonQueue<E> queue, DaemonState state, Handler<? super E> handler, int maxBatch) {
    this.queue = queue;
    this.host = queue.host;
    this.state = state;
    this.handler = handler;
    this.loader = handler.getClass().getClassLoader();
    this.maxBatch = maxBatch;
    this.batchEnd = handler::batchEnd;
  }

  /** Drainer: one batch, to its end. Returns how many items there were; with none, no end. */
  int run() {
    int handled = 0;
    foundEmpty = false;
    UserCode.clean(loader);
    while (handled < maxBatch && !isOver(handled)) {
      if (handled > 0 && queue.buffer.isUsedUp()) {
        gathering.more(queue.buffer); // what it finds the next look finds, too
      }
      long now = host.recentNanoTime(); // may fail, so before an item is out
      if (!handleNext(now)) {
        foundEmpty = true;
        break;
      }
      handled++;
    }
    if (handled > 0) {
      UserCode.runHere(host, queue.kind(), queue.name(), null, loader, batchEnd);
      tally.settle();
    }
    return handled;
  }

  /** Drainer: whether the last batch ended because there was nothing more. */
  boolean foundEmpty() {
    return foundEmpty;
  }

  private boolean isOver(int handled) {
    return !state.isPlain() && mayBeOver(handled);
  }

  private boolean mayBeOver(int handled) {
    if (!closingSeen && state.isClosing()) {
      closingSeen = true;
      if (handled > 0) {
        return true;
      }
    }
    return state.isHeld();
  }

  /** False if there is none. In a frame of its own, so that nothing of the item is kept after. */
  private boolean handleNext(long now) {
    E item = queue.takeNext();
    if (item == null) {
      return false;
    }
    tally.beginsRelease(now);
    tally.ranRelease(handle(item));
    return true;
  }

  /**
   * As {@link UserCode#runHere} does it, but at one place for one kind of code, so that the handler
   * can be compiled into it; and what is clean after one item is clean before the next.
   */
  private boolean handle(E item) {
    try {
      if (queue.hooks == null) {
        handler.handle(item);
      } else {
        queue.hooks.run(item).run();
      }
      return true;
    } catch (Throwable thrown) {
      host.failed(queue.kind(), queue.name(), null, thrown);
      return false;
    } finally {
      UserCode.clean(loader);
    }
  }

  /** Drainer: the drain is over, and with it what may be interrupted. */
  void rest() {
    tally.restsRelease();
  }

  boolean isRunning() {
    return tally.isRunning();
  }

  long settled() {
    return tally.settled();
  }

  Counts counts(Buffer<?> buffer, long refused, @Nullable Thread drainer) {
    return new Counts(
        buffer.size(),
        tally.running(queue.name(), host.nanoTime(), drainer),
        buffer.appended(),
        0,
        refused,
        tally.completed(),
        tally.failed());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Action;
import dev.quern.Handler;
import dev.quern.spi.Host;
import dev.quern.spi.Managed.Counts;
import java.util.Objects;
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
  private final Action handle = this::handleItem; // made once: a run allocates nothing
  private final Action batchEnd;
  private @Nullable E item; // for handle
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
    while (handled < maxBatch && !isOver(handled)) {
      long now = host.nanoTime(); // may fail, so before an item is out
      item = queue.takeNext();
      if (item == null) {
        foundEmpty = true;
        break;
      }
      handled++;
      tally.beginsRelease(now);
      tally.ranRelease(runHere(handle));
    }
    if (handled > 0) {
      runHere(batchEnd);
      tally.settle();
    }
    return handled;
  }

  /** Drainer: whether the last batch ended because there was nothing more. */
  boolean foundEmpty() {
    return foundEmpty;
  }

  private boolean isOver(int handled) {
    if (!closingSeen && state.isClosing()) {
      closingSeen = true;
      if (handled > 0) {
        return true;
      }
    }
    return state.isHeld();
  }

  /** The item is let go of before it is handled: the handler may drop the last reference. */
  private void handleItem() throws Exception {
    E next = Objects.requireNonNull(item);
    item = null;
    if (queue.hooks == null) {
      handler.handle(next);
    } else {
      queue.hooks.run(next).run();
    }
  }

  private boolean runHere(Action code) {
    return UserCode.runHere(host, queue.kind(), queue.name(), null, loader, code);
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
        buffer.accepted(),
        0,
        refused,
        tally.completed(),
        tally.failed());
  }
}

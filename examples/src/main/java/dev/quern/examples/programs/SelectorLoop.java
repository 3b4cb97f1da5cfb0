// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.programs;

import dev.quern.Batch;
import dev.quern.Quern;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.WritableByteChannel;
import java.util.function.Consumer;

/** An NIO loop that is also the consumer of a queue; one wake-up serves a burst of sends. */
public final class SelectorLoop implements Runnable {
  /** Bytes for a channel. */
  public record Send(WritableByteChannel to, ByteBuffer bytes) {}

  private static final int ROUND = 1024;

  private final Selector selector;
  private final Consumer<SelectionKey> ready;
  private final Queue<Send> sends;
  private volatile boolean open = true;

  public SelectorLoop(Quern quern, Selector selector, Consumer<SelectionKey> ready) {
    this.selector = selector;
    this.ready = ready;
    sends = quern.newQueue(QueueSpec.bounded("sends", 65_536), selector::wakeup);
  }

  /** Any thread; false when too much waits already. */
  public boolean send(WritableByteChannel to, ByteBuffer bytes) {
    return sends.offer(new Send(to, bytes));
  }

  @Override
  public void run() {
    boolean dry = true;
    while (open) {
      try {
        if (dry) {
          selector.select(ready);
        } else {
          selector.selectNow(ready);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      // Fewer than asked for: the queue was empty, the signal is armed, so select may sleep.
      dry = sends.drainTo(SelectorLoop::write, ROUND) < ROUND;
    }
    sends.close();
    Batch<Send> rest = sends.detach();
    rest.forEachRemaining(SelectorLoop::write);
  }

  /** The loop ends after sending what was accepted. */
  public void stop() {
    open = false;
    selector.wakeup();
  }

  private static void write(Send send) {
    try {
      while (send.bytes().hasRemaining()) {
        send.to().write(send.bytes());
      }
    } catch (IOException e) {
      try {
        send.to().close(); // a peer that went away
      } catch (IOException ignored) {
        // nothing left to do for it
      }
    }
  }
}

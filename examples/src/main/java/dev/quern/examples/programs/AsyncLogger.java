// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.programs;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Quern;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;

/**
 * A logger that never holds up the caller for a debug line, never loses an error, and flushes once
 * a burst.
 */
public final class AsyncLogger implements AutoCloseable {
  private final OutputStream out;
  private final DaemonQueue<String> lines;
  private final LongAdder dropped = new LongAdder();

  public AsyncLogger(Quern quern, OutputStream to, int capacity) {
    out = new BufferedOutputStream(to);
    lines =
        quern.newDaemonQueue(
            DaemonQueueSpec.bounded("log", capacity).priority(Thread.MIN_PRIORITY),
            Handler.of(this::write, out::flush));
  }

  /** Drops the line, and counts it, when the disk can't keep up. */
  public void debug(String line) {
    if (!lines.offer(line)) {
      dropped.increment();
    }
  }

  /** Waits for room: an error is never dropped. */
  public void error(String line) throws InterruptedException {
    lines.put(line);
  }

  /** Returns when the line, and all before it, are written out. */
  public void fatal(String line) throws InterruptedException {
    lines.put(line);
    lines.flush();
  }

  public long dropped() {
    return dropped.sum();
  }

  private void write(String line) throws IOException {
    out.write(line.getBytes(StandardCharsets.UTF_8));
    out.write('\n');
  }

  /** Everything accepted is written when this returns. */
  @Override
  public void close() {
    lines.close();
  }
}

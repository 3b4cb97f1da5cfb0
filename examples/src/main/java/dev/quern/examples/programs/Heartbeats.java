// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.programs;

import dev.quern.Quern;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Sends each peer a heartbeat at a fixed rate. Written for a ScheduledThreadPoolExecutor and left
 * as it was, but for the line that makes it. What has changed: a beat that throws is reported
 * instead of ending in silence; a peer that has left is let go of at once; the beats show in {@code
 * inspect()}.
 */
public final class Heartbeats implements AutoCloseable {
  private final ScheduledExecutorService timer;
  private final Map<String, ScheduledFuture<?>> peers = new ConcurrentHashMap<>();
  private final Consumer<String> send;
  private final Duration period;

  public Heartbeats(Quern quern, Consumer<String> send, Duration period) {
    this.send = send;
    this.period = period;
    // before: timer = new ScheduledThreadPoolExecutor(2);
    timer =
        quern
            .newWorkQueue(WorkQueueSpec.named("heartbeats").maxActive(2))
            .asScheduledExecutorService();
  }

  public void join(String peer) {
    peers.computeIfAbsent(
        peer,
        name ->
            timer.scheduleAtFixedRate(
                () -> send.accept(name), 0, period.toNanos(), TimeUnit.NANOSECONDS));
  }

  public void leave(String peer) {
    ScheduledFuture<?> beats = peers.remove(peer);
    if (beats != null) {
      beats.cancel(false); // no setRemoveOnCancelPolicy, no purge
    }
  }

  /** Whether it joined, and none of its beats has failed. */
  public boolean isBeating(String peer) {
    ScheduledFuture<?> beats = peers.get(peer);
    return beats != null && !beats.isDone();
  }

  /** Ends all beats; false if one still goes on after the limit. */
  public boolean stop(Duration limit) throws InterruptedException {
    timer.shutdown();
    return timer.awaitTermination(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}

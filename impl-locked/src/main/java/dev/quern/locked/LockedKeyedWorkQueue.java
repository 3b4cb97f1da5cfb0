// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Cancellation;
import dev.quern.ContextHook;
import dev.quern.KeyHandler;
import dev.quern.KeyedWorkQueue;
import dev.quern.KeyedWorkQueueSpec;
import dev.quern.MisuseException;
import dev.quern.Submission;
import dev.quern.ThreadPoolSpec;
import dev.quern.spi.Host;
import dev.quern.spi.Labels;
import dev.quern.spi.Managed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A keyed work queue (rule W17): checks what may be asked by whom, then makes one step under the
 * lock of {@link KeyedCore}.
 *
 * <p>Progress: every operation takes that lock, so a descheduled holder delays the others.
 */
final class LockedKeyedWorkQueue<K> implements KeyedWorkQueue<K>, Managed {
  private static final Duration IDLE_LIMIT = Duration.ofSeconds(30);

  private final String name;
  private final Host host;
  private final @Nullable ContextHook contextHook;
  final KeyedCore<K> core;

  LockedKeyedWorkQueue(
      Host host, KeyedWorkQueueSpec spec, KeyHandler<K> handler, TimerWheel wheel) {
    this.name = spec.name();
    this.host = host;
    this.contextHook = host.contextHook();
    ThreadPoolSpec workers =
        ThreadPoolSpec.named(name)
            .priority(ThreadPoolSpec.NO_PRIORITY)
            .maxThreads(spec.maxActive().orElseThrow())
            .idleLimit(IDLE_LIMIT)
            .virtual(false)
            .maxRun(16)
            .threadNames(false);
    this.core =
        new KeyedCore<>(
            name,
            host,
            wheel,
            made -> {
              Host owner = new OwnersHost(host, () -> host.ended(this), made::broke);
              LockedThreadPool pool = new LockedThreadPool(owner, workers, false);
              return new KeyedLanes<>(made, host, spec, handler, pool, wheel);
            });
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Submission submit(K key) {
    Objects.requireNonNull(key, "key");
    KeyCapture captured = captured();
    return core.step(() -> core.submit(key, null, captured));
  }

  @Override
  public Submission schedule(K key, Duration delay) {
    Objects.requireNonNull(key, "key");
    long nanos = Delays.delay(delay);
    if (nanos == 0) {
      return submit(key);
    }
    long time = core.nanoTime() + nanos;
    KeyCapture captured = captured();
    return core.step(() -> core.submit(key, time, captured));
  }

  /** What the context hook makes of a submission by the caller; null without one. */
  private @Nullable KeyCapture captured() {
    return contextHook == null ? null : new KeyCapture(contextHook);
  }

  @Override
  public Cancellation cancel(K key) {
    Objects.requireNonNull(key, "key");
    return core.step(() -> core.cancel(key, false));
  }

  @Override
  public Cancellation cancelAndWait(K key) throws InterruptedException {
    Objects.requireNonNull(key, "key");
    return cancelAndWait(key, Waits.FOREVER);
  }

  @Override
  public Cancellation cancelAndWait(K key, Duration limit) throws InterruptedException {
    Objects.requireNonNull(key, "key");
    return cancelAndWait(key, Waits.nanos(limit));
  }

  /** The instant of W7 is the end of the run that the step finds: until then it refuses. */
  private Cancellation cancelAndWait(K key, long nanos) throws InterruptedException {
    return core.step(
        () -> {
          requireOutside(key);
          LockedKey<K> busy = core.busy(key);
          Cancellation answer = core.cancel(key, true);
          long run = busy.run;
          return core.await(() -> busy.run != run || run == 0, nanos)
              ? answer
              : Cancellation.TIMED_OUT;
        });
  }

  @Override
  public void flush() throws InterruptedException {
    flush(Waits.FOREVER);
  }

  @Override
  public boolean flush(Duration limit) throws InterruptedException {
    return flush(Waits.nanos(limit));
  }

  private boolean flush(long nanos) throws InterruptedException {
    return core.step(
        () -> {
          requireOutside("flush()");
          return core.await(core.owed(), nanos);
        });
  }

  // ---- The end

  @Override
  public boolean isClosed() {
    return core.look(core::isClosing);
  }

  @Override
  public void close() {
    beginClose();
    Waits.uninterruptibly(
        () ->
            core.<Boolean, InterruptedException>step(
                () -> core.await(core.lanes.pool()::isClosed, Waits.FOREVER)));
    core.lanes.pool().close();
    List<String> removed = core.look(core::takeRemoved);
    if (!removed.isEmpty()) {
      String message = core.label() + ": close() removed the delayed runs of " + removed;
      host.log(System.Logger.Level.WARNING, message, null);
    }
  }

  @Override
  public List<String> close(Duration limit) throws InterruptedException {
    long nanos = Waits.nanos(limit);
    long begin = System.nanoTime();
    beginClose();
    boolean done = core.step(() -> core.await(core.lanes.pool()::isClosed, nanos));
    done = done && closePool(nanos - (System.nanoTime() - begin));
    List<String> left = core.look(core::takeRemoved);
    if (!done) {
      core.look(core::all).forEach(key -> left.add(Labels.text(key.key)));
      if (left.isEmpty()) {
        left.add(name);
      }
    }
    return left;
  }

  private boolean closePool(long nanos) throws InterruptedException {
    return core.lanes.pool().close(Duration.ofNanos(nanos)).isEmpty();
  }

  /** Takes away what is delayed. The rest runs, whether or not anybody waits for it. */
  private void beginClose() {
    core.step(
        () -> {
          requireOutside("close()");
          core.close();
          return true;
        });
  }

  // ---- Rule G6, under the lock

  private void requireOutside(String operation) {
    LockedKey<K> caller = core.lanes.caller();
    if (caller != null) {
      throw new MisuseException(
          core.label()
              + ": "
              + operation
              + " from inside key \""
              + Labels.text(caller.key)
              + "\" would wait for itself");
    }
  }

  private void requireOutside(K key) {
    LockedKey<K> caller = core.lanes.caller();
    if (caller == null) {
      return;
    }
    boolean same = caller.key.equals(key);
    if (same || core.lanes.isSingle()) {
      throw new MisuseException(
          core.label(key)
              + ": cancelAndWait() from inside key \""
              + Labels.text(caller.key)
              + "\" would wait for itself"
              + (same ? "" : ": the queue runs one key at a time"));
    }
  }

  // ---- What others ask

  @Override
  public boolean holdsCaller() {
    return core.look(() -> core.lanes.caller() != null);
  }

  @Override
  public Counts counts() {
    Instant now = Instant.now();
    long nanoTime = host.nanoTime();
    return core.look(() -> core.tally.counts(core.pending(), core.lanes.inspect(now, nanoTime)));
  }

  @Override
  public void interruptRuns() {
    core.run(core.lanes::interruptRuns);
  }

  @Override
  public String toString() {
    return core.label() + core.look(this::state);
  }

  private String state() {
    return core.isClosing() ? " (closed)" : core.isBroken() ? " (broken)" : " (open)";
  }
}

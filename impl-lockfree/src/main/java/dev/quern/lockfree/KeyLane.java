// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Family;
import dev.quern.Job;
import dev.quern.KeyRun;
import dev.quern.Kind;
import dev.quern.Next;
import dev.quern.spi.Labels;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A lane: one thread at a time that runs keys of one queue, until none is in line or none may
 * begin. What it shows of itself is written by its own thread only.
 */
final class KeyLane<K> {
  /** The lane's own thread's: an entry and a token that it has and has not used yet. */
  @Nullable KeyEntry<K> taken;

  boolean token;

  private final LockfreeKeyedWorkQueue<K> queue;
  private final KeyLanes<K> lanes;
  private final Job job;
  private volatile @Nullable KeyEntry<K> entry;
  private volatile @Nullable Thread thread;
  private volatile long since;
  private @Nullable Next answer;
  private @Nullable Throwable thrown;

  KeyLane(LockfreeKeyedWorkQueue<K> queue, KeyLanes<K> lanes) {
    this.queue = queue;
    this.lanes = lanes;
    this.job = queue.newJob(this::run);
  }

  void start() {
    job.submit();
  }

  /** The entry that runs on it, or null. */
  @Nullable KeyEntry<K> entry() {
    return entry;
  }

  /** The thread that runs it; null while it runs nothing. */
  @Nullable Thread thread() {
    return entry == null ? null : thread;
  }

  Family.@Nullable Running inspect(Instant now, long nanoTime) {
    KeyEntry<K> runs = entry;
    Thread on = thread;
    if (runs == null || on == null) {
      return null;
    }
    String item = Labels.text(runs.key);
    return new Family.Running(item, now.minusNanos(nanoTime - since), on.getName());
  }

  /** The job's body. */
  private void run() {
    boolean looksAgain = true;
    thread = Thread.currentThread();
    try {
      KeyLanes.Look look = lanes.take(this);
      for (; look == KeyLanes.Look.TAKEN; look = lanes.take(this)) {
        runTaken();
      }
      looksAgain = look == KeyLanes.Look.EMPTY;
    } catch (Throwable ours) { // what the handler threw has been reported
      queue.broke(ours);
    } finally {
      thread = null;
      answer = null;
      thrown = null;
      lanes.leave(this, looksAgain);
    }
  }

  private void runTaken() {
    KeyEntry<K> next = Objects.requireNonNull(taken);
    taken = null;
    if (next.begin()) {
      queue.counts.begun();
      try {
        lanes.begins(this);
        since = queue.host.nanoTime();
        entry = next;
        call(next);
      } finally {
        entry = null;
        Thread.interrupted(); // one that came after the handler's end
        queue.ended(next, answer, thrown);
      }
    } else {
      lanes.passed();
    }
  }

  private void call(KeyEntry<K> next) {
    answer = null;
    thrown = null;
    KeyState state = next.state();
    LockfreeKeyRun<K> run = new LockfreeKeyRun<>(queue, next, state.run(), state.failures() + 1);
    UserCode.runHere(
        queue.host,
        Kind.KEYED_WORK_QUEUE,
        queue.name(),
        Labels.text(next.key),
        queue.handler.getClass().getClassLoader(),
        () -> {
          try {
            handle(run, state.runs());
          } catch (Throwable theirs) {
            thrown = theirs;
            answer = null;
            throw theirs;
          }
        });
  }

  private void handle(KeyRun<K> run, @Nullable KeyCapture captured) throws Exception {
    if (captured == null) {
      callHandler(run);
      return;
    }
    captured.run(() -> callHandler(run));
    if (answer == null) {
      answer = Next.DONE; // the hook's action left the run out, and well
    }
  }

  private void callHandler(KeyRun<K> run) throws Exception {
    answer = Objects.requireNonNull(queue.handler.handle(run), "the handler's answer");
  }
}

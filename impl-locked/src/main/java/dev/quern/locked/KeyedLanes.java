// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Family;
import dev.quern.GivenUpException;
import dev.quern.Job;
import dev.quern.KeyHandler;
import dev.quern.KeyRun;
import dev.quern.KeyedWorkQueueSpec;
import dev.quern.Kind;
import dev.quern.Next;
import dev.quern.spi.Host;
import dev.quern.spi.Labels;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What runs the keys of one keyed work queue: up to maxActive lanes, each a job of the queue's own
 * pool, made on demand and used again. A lane that is engaged runs keys until none is in line, or
 * the rate limit has no token; then a timer engages the next.
 *
 * <p>No key is left in line: whoever puts one there engages a lane in the same critical section,
 * unless all are engaged; a lane leaves only in a section in which the line is empty or the timer
 * is set; and with a rate limit a lane that takes a key engages one for the rest.
 *
 * <p>The pool is dismissed in the section in which the queue is closing, no key is busy and no lane
 * is engaged. Lock order: the queue's lock, then the pool's or the wheel's.
 */
final class KeyedLanes<K> {
  /** Makes the lanes of a core. */
  interface Maker<K> {
    KeyedLanes<K> make(KeyedCore<K> core);
  }

  private final KeyedCore<K> core;
  private final Host host;
  private final KeyHandler<K> handler;
  private final LockedThreadPool pool;
  private final TimerWheel wheel;
  private final RetryDelays delays;
  private final int maxActive;
  private final @Nullable TokenBucket bucket; // guarded by core's lock, like all that follow
  private final List<Lane> all = new ArrayList<>();
  private final ArrayDeque<Lane> free = new ArrayDeque<>();
  private final RateTimer timer = new RateTimer();

  KeyedLanes(
      KeyedCore<K> core,
      Host host,
      KeyedWorkQueueSpec spec,
      KeyHandler<K> handler,
      LockedThreadPool pool,
      TimerWheel wheel) {
    this.core = core;
    this.host = host;
    this.handler = handler;
    this.pool = pool;
    this.wheel = wheel;
    this.delays = new RetryDelays(spec);
    this.maxActive = spec.maxActive().orElseThrow();
    this.bucket = spec.runsPerSecond().map(rate -> new TokenBucket(rate)).orElse(null);
  }

  LockedThreadPool pool() {
    return pool;
  }

  boolean isSingle() {
    return maxActive == 1;
  }

  /** A key has joined the line, or a token may be there. */
  void engage() {
    Lane lane = free.poll();
    if (lane == null) {
      if (all.size() == maxActive) {
        return;
      }
      lane = new Lane();
      all.add(lane);
    }
    lane.engaged = true;
    lane.job.submit();
  }

  /** The key inside of whose run the caller is. */
  @Nullable LockedKey<K> caller() {
    Thread caller = Thread.currentThread();
    for (Lane lane : all) {
      if (lane.key != null && lane.key.thread == caller) {
        return lane.key;
      }
    }
    return null;
  }

  /** The lock is held, so that no run ends meanwhile and the flag hits no other one. */
  void interruptRuns() {
    for (Lane lane : all) {
      if (lane.key != null && lane.key.thread != null) {
        lane.key.thread.interrupt();
      }
    }
  }

  List<Family.Running> inspect(Instant now, long nanoTime) {
    List<Family.Running> runs = new ArrayList<>();
    for (Lane lane : all) {
      LockedKey<K> key = lane.key;
      if (key != null && key.thread != null) {
        Instant since = now.minusNanos(nanoTime - key.since);
        runs.add(new Family.Running(Labels.text(key.key), since, key.thread.getName()));
      }
    }
    return runs;
  }

  /** The last one to go closes the door; of a broken queue's lanes some may never come back. */
  void endIfDone() {
    if (core.isDone() && (core.isBroken() || free.size() == all.size())) {
      wheel.stop(timer);
      pool.dismiss();
      core.signal();
    }
  }

  /** Engages a lane when the next token may be there. */
  private final class RateTimer extends TimerWheel.Timer {
    @Override
    void fire(long now) {
      try {
        core.step(
            () -> {
              boolean waits = !core.isLineEmpty();
              if (waits) {
                engage();
              }
              return waits;
            });
      } catch (Error | RuntimeException reported) {
        return; // it has broken the queue; other timers fire on
      }
    }
  }

  private final class Lane {
    private final Job job = pool.newJob(core.name(), this::run);
    private boolean engaged; // guarded by core's lock
    private @Nullable LockedKey<K> key; // guarded by core's lock: what it runs
    private @Nullable KeyCapture captured; // the lane's own: of that run's submission
    private @Nullable Next answer; // the lane's own
    private @Nullable Throwable thrown; // the lane's own

    private void run() {
      try {
        for (var next = begin(); next.isPresent(); next = begin()) {
          LockedKey<K> begun = next.get();
          try {
            call(begun, core.look(() -> new Run(begun, begun.run, begun.failures + 1)));
          } finally {
            end(begun);
          }
        }
      } catch (Throwable ours) { // what the handler threw has been reported
        core.broke(ours);
        core.run(this::leave);
      }
    }

    private Optional<LockedKey<K>> begin() {
      long now = host.nanoTime();
      return core.look(
          () -> {
            if (core.isLineEmpty() || !hasToken(now)) {
              leave();
              return Optional.empty();
            }
            LockedKey<K> first = core.begin(now);
            key = first;
            captured = first.runs;
            if (bucket != null && !core.isLineEmpty()) {
              KeyedLanes.this.engage();
            }
            return Optional.of(first);
          });
    }

    private boolean hasToken(long now) {
      if (bucket == null || bucket.take(now)) {
        return true;
      }
      wheel.start(timer, bucket.next());
      return false;
    }

    private void call(LockedKey<K> begun, KeyRun<K> run) {
      answer = null;
      thrown = null;
      UserCode.runOnOurThread(
          host,
          Kind.KEYED_WORK_QUEUE,
          core.name(),
          Labels.text(begun.key),
          handler,
          () -> {
            try {
              handle(run, captured);
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
      answer = Objects.requireNonNull(handler.handle(run), "the handler's answer");
    }

    /** With no answer the handler threw, or we did. */
    private void end(LockedKey<K> begun) {
      Next said = answer;
      boolean well = said != null && said.outcome() != Next.Outcome.RETRY;
      int before = core.look(() -> begun.failures);
      boolean givenUp = !well && delays.isGivenUp(before);
      int failures = well || givenUp ? 0 : Math.min(before + 1, Integer.MAX_VALUE - 1);
      Long next = null;
      long now = 0;
      try {
        if (givenUp && !core.look(() -> begun.cancelling)) {
          giveUp(begun, before);
        }
        now = host.nanoTime();
        next = givenUp ? null : next(said, failures, now);
      } finally {
        Long wish = next;
        long ended = now;
        core.run(
            () -> {
              core.tally.ran(said == null);
              key = null;
              captured = null;
              core.end(begun, failures, wish, ended);
            });
        answer = null;
        thrown = null;
        Thread.interrupted(); // one that interruptRuns set after the handler's end
      }
    }

    private @Nullable Long next(@Nullable Next said, int failures, long now) {
      if (said == null || said.outcome() == Next.Outcome.RETRY) {
        return now + delays.retry(failures);
      }
      return said.outcome() == Next.Outcome.DONE ? null : now + Delays.delay(said.delay());
    }

    private void giveUp(LockedKey<K> begun, int retries) {
      String message = core.label(begun.key) + ": given up after " + retries + " retries";
      GivenUpException given = new GivenUpException(message, thrown);
      host.failed(Kind.KEYED_WORK_QUEUE, core.name(), Labels.text(begun.key), given);
    }

    /** The lock is held. */
    private void leave() {
      if (engaged) {
        engaged = false;
        free.push(this);
      }
      endIfDone();
    }
  }

  /** What a handler is told of its run. */
  private final class Run implements KeyRun<K> {
    private final LockedKey<K> of;
    private final long number;
    private final int attempt;

    Run(LockedKey<K> of, long number, int attempt) {
      this.of = of;
      this.number = number;
      this.attempt = attempt;
    }

    @Override
    public K key() {
      return of.key;
    }

    @Override
    public int attempt() {
      return attempt;
    }

    @Override
    public boolean isCancelling() {
      return core.look(() -> core.isCancelling(of, number));
    }

    @Override
    public String toString() {
      return core.label(of.key) + ", attempt " + attempt;
    }
  }
}

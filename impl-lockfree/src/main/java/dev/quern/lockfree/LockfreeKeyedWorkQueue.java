// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Action;
import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.ContextHook;
import dev.quern.Family;
import dev.quern.GivenUpException;
import dev.quern.Job;
import dev.quern.KeyHandler;
import dev.quern.KeyedWorkQueue;
import dev.quern.KeyedWorkQueueSpec;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.Next;
import dev.quern.Submission;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.spi.Host;
import dev.quern.spi.Labels;
import dev.quern.spi.Managed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A keyed work queue (rule W17). What a key does is in {@link KeyState}, which keys are busy in
 * {@link KeyTable}, what runs them in {@link KeyLanes}; here is what follows from each step.
 *
 * <p>Progress: submissions and cancel are lock-free; they wait for nobody.
 */
final class LockfreeKeyedWorkQueue<K> implements KeyedWorkQueue<K>, Managed, KeyEntry.Timed<K> {
  private static final Duration IDLE_LIMIT = Duration.ofSeconds(30);

  final Host host;
  final TimerWheel wheel;
  final KeyHandler<K> handler;
  private final @Nullable ContextHook contextHook;
  final KeyTable<K> table = new KeyTable<>(this::finished);
  final KeyCounts counts = new KeyCounts();
  final WaitList waits;

  private final String name;
  private final KeyBackOff backOff;
  private final KeyLanes<K> lanes;
  private final Workers workers;
  private final KeyLeavings removed = new KeyLeavings();
  private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();

  /** A pool of the queue's own, and how to end it without waiting, also from inside. */
  record Workers(ThreadPool pool, Runnable dismiss) {}

  LockfreeKeyedWorkQueue(
      Host host, KeyedWorkQueueSpec spec, KeyHandler<K> handler, TimerWheel wheel) {
    this(host, spec, handler, wheel, queue -> queue.workers(spec));
  }

  LockfreeKeyedWorkQueue(
      Host host,
      KeyedWorkQueueSpec spec,
      KeyHandler<K> handler,
      TimerWheel wheel,
      Function<LockfreeKeyedWorkQueue<K>, Workers> workers) {
    this.host = host;
    this.name = spec.name();
    this.handler = handler;
    this.contextHook = host.contextHook();
    this.wheel = wheel;
    this.waits = new WaitList(host.parker());
    this.backOff = new KeyBackOff(spec);
    this.lanes =
        new KeyLanes<>(
            this,
            spec.maxActive().orElse(1),
            spec.runsPerSecond().map(RateLimit::new).orElse(null));
    this.workers = workers.apply(this);
  }

  private Workers workers(KeyedWorkQueueSpec spec) {
    ThreadPoolSpec threads =
        ThreadPoolSpec.named(spec.name())
            .maxThreads(spec.maxActive().orElse(1))
            .idleLimit(IDLE_LIMIT)
            .virtual(false)
            .maxRun(16)
            .threadNames(false);
    Host owner = new WorkHost(host, () -> host.ended(this), this::broke);
    LockfreeThreadPool pool = new LockfreeThreadPool(owner, threads, LockfreeThreadPool.Use.PART);
    return new Workers(pool, pool::dismiss);
  }

  Job newJob(Action body) {
    return workers.pool.newJob(name, body);
  }

  @Override
  public String name() {
    return name;
  }

  String label() {
    return "keyed work queue \"" + name + "\"";
  }

  private String label(K key) {
    return label() + ": key \"" + Labels.text(key) + "\"";
  }

  // ---- Submissions

  @Override
  public Submission submit(K key) {
    Objects.requireNonNull(key, "key");
    KeyCapture captured = captured();
    return captured == null
        ? submission(key, KeyState.QUEUED, KeyState::submitted)
        : submission(key, KeyState.queued(captured), state -> state.submitted(captured));
  }

  @Override
  public Submission schedule(K key, Duration delay) {
    Objects.requireNonNull(key, "key");
    long nanos = KeyBackOff.nanos(Objects.requireNonNull(delay, "delay"));
    if (nanos == 0) {
      return submit(key);
    }
    long time = wheel.now() + nanos;
    KeyCapture captured = captured();
    return submission(
        key, KeyState.delayed(time, captured), state -> state.scheduled(time, captured));
  }

  /** What the context hook makes of a submission by the caller; null without one. */
  private @Nullable KeyCapture captured() {
    return contextHook == null ? null : new KeyCapture(contextHook);
  }

  private Submission submission(K key, KeyState first, UnaryOperator<KeyState> event) {
    if (!table.enter()) {
      return refused(key);
    }
    try {
      while (true) {
        KeyEntry<K> entry = table.find(key);
        if (entry == null) {
          entry = new KeyEntry<>(key, first, this);
          if (table.add(entry)) {
            counts.answered(Submission.QUEUED);
            settle(entry, first);
            return Submission.QUEUED;
          }
        } else {
          KeyState old = entry.step(event);
          if (!old.isGone()) {
            return answer(entry, old, event.apply(old));
          }
          table.remove(entry); // whoever made it gone is about to
        }
      }
    } finally {
      table.release();
    }
  }

  /** Nobody enters any more. Own runs are refused when it closes; everybody else is thrown at. */
  private Submission refused(K key) {
    Throwable cause = broken.get();
    if (cause != null) {
      throw new ClosedException(label(key) + ": broken by " + cause, cause);
    }
    if (caller() == null) {
      throw new ClosedException(label(key) + ": the queue is closed");
    }
    return counts.answered(Submission.REFUSED);
  }

  private Submission answer(KeyEntry<K> entry, KeyState old, KeyState now) {
    Submission answer =
        old.cancelling()
            ? Submission.REFUSED
            : old.isPending() ? Submission.COALESCED : Submission.QUEUED;
    counts.answered(answer);
    if (!now.equals(old)) {
      if (old.isDelayed() && !now.isDelayed()) {
        wheel.stop(entry);
      }
      settle(entry, now);
    }
    return answer;
  }

  /** What follows from a step after which a run is pending in a new way. */
  private void settle(KeyEntry<K> entry, KeyState now) {
    try {
      if (now.standsInLine()) {
        lanes.add(entry);
      } else if (now.isDelayed()) {
        wheel.start(entry, now.deadline());
      }
      if (table.isShut()) { // a close, or what broke it, may have looked before
        removeAfterShut(entry);
      }
    } catch (Throwable ours) {
      broke(ours);
      throw ours;
    }
  }

  private void removeAfterShut(KeyEntry<K> entry) {
    take(entry, broken.get() == null ? KeyState::closed : KeyState::cancelled, true);
  }

  /** On the timer thread. What is thrown breaks the queue; other timers fire on. */
  @Override
  public void fire(KeyEntry<K> entry, long now) {
    try {
      KeyState old = entry.step(state -> state.fired(now));
      if (!old.fired(now).equals(old) && !old.isRunning()) {
        lanes.add(entry);
      }
    } catch (Throwable ours) {
      broke(ours);
    }
  }

  // ---- Runs

  /** On the lane, whatever the run did; with no answer it threw, or we did. */
  void ended(KeyEntry<K> entry, @Nullable Next answer, @Nullable Throwable thrown) {
    KeyState before = entry.state();
    boolean well = answer != null && answer.outcome() != Next.Outcome.RETRY;
    boolean givenUp = !well && backOff.isGivenUp(before.failures());
    int failures = well || givenUp ? 0 : Math.min(before.failures() + 1, Integer.MAX_VALUE - 1);
    long next = TimerEntry.NEVER;
    try {
      counts.ended(answer != null);
      if (givenUp && !before.cancelling()) {
        giveUp(entry.key, before.failures(), thrown);
      }
      next = next(answer, failures, givenUp);
    } finally {
      end(entry, failures, next);
    }
  }

  private long next(@Nullable Next answer, int failures, boolean givenUp) {
    if (givenUp || (answer != null && answer.outcome() == Next.Outcome.DONE)) {
      return TimerEntry.NEVER;
    }
    long delay =
        answer != null && answer.outcome() == Next.Outcome.AFTER
            ? KeyBackOff.nanos(answer.delay())
            : backOff.delay(failures);
    return delay == 0 ? 0 : wheel.now() + delay;
  }

  private void giveUp(K key, int retries, @Nullable Throwable thrown) {
    String message = label(key) + ": given up after " + retries + " retries";
    host.failed(
        Kind.KEYED_WORK_QUEUE, name, Labels.text(key), new GivenUpException(message, thrown));
  }

  private void end(KeyEntry<K> entry, int failures, long next) {
    KeyState old;
    try {
      old = entry.step(state -> state.ended(failures, next));
    } catch (Throwable noMemory) { // it breaks the queue; who waits for this run is let go
      entry.step(state -> KeyState.GONE);
      retire(entry);
      throw noMemory;
    }
    KeyState now = old.ended(failures, next);
    if (now.isPending() && !old.isPending()) {
      counts.repeated();
    }
    if (now.isGone()) {
      retire(entry);
    } else if (now.standsInLine()) {
      lanes.addBehind(entry); // this lane looks at the line next
    } else if (now.deadline() != old.deadline()) {
      wheel.start(entry, now.deadline());
    }
    if (!now.isGone() && table.isShut()) {
      removeAfterShut(entry);
    }
    waits.wakeAll();
  }

  /** By whoever made the step after which it was gone. */
  private void retire(KeyEntry<K> entry) {
    table.remove(entry);
    table.release();
  }

  // ---- Cancellations

  @Override
  public Cancellation cancel(K key) {
    Objects.requireNonNull(key, "key");
    KeyEntry<K> entry = table.find(key);
    return entry == null ? Cancellation.IDLE : answer(take(entry, KeyState::cancelled, false));
  }

  private static Cancellation answer(KeyState old) {
    return old.isPending()
        ? Cancellation.REMOVED
        : old.isRunning() ? Cancellation.RUNNING : Cancellation.IDLE;
  }

  /**
   * Takes the pending run away, if the event says so; returns the state before.
   *
   * @param ends whether the queue ends, so that what was removed is to be told
   */
  private KeyState take(KeyEntry<K> entry, UnaryOperator<KeyState> event, boolean ends) {
    KeyState old = entry.step(event);
    KeyState now = event.apply(old);
    if (old.isPending() && !now.isPending()) {
      counts.removed();
      if (ends) {
        removed.add(entry.key);
      }
      if (old.isDelayed()) {
        wheel.stop(entry);
      }
      if (now.isGone()) {
        if (old.standsInLine()) {
          lanes.left();
        }
        retire(entry);
      }
    }
    waits.wakeAll();
    return old;
  }

  @Override
  public Cancellation cancelAndWait(K key) throws InterruptedException {
    return cancelAndWait(key, Deadline.NEVER);
  }

  @Override
  public Cancellation cancelAndWait(K key, Duration limit) throws InterruptedException {
    Objects.requireNonNull(key, "key");
    return cancelAndWait(key, Deadline.in(limit));
  }

  /** The instant of W7 is the step with which the entry is gone: until then its state refuses. */
  private Cancellation cancelAndWait(K key, Deadline deadline) throws InterruptedException {
    Objects.requireNonNull(key, "key");
    requireOutside(key);
    KeyEntry<K> entry = table.find(key);
    if (entry == null) {
      return Cancellation.IDLE;
    }
    Cancellation answer = answer(take(entry, KeyState::cancelledForCertain, false));
    return waits.await(entry::isGone, deadline) ? answer : Cancellation.TIMED_OUT;
  }

  // ---- Flush

  @Override
  public void flush() throws InterruptedException {
    flush(Deadline.NEVER);
  }

  @Override
  public boolean flush(Duration limit) throws InterruptedException {
    return flush(Deadline.in(limit));
  }

  private boolean flush(Deadline deadline) throws InterruptedException {
    requireOutside("flush()");
    Owed<K> owed = new Owed<>(table.all());
    return waits.await(owed::areOver, deadline);
  }

  /** The runs that are queued or going on at the call. */
  private static final class Owed<K> {
    private record Run<K>(KeyEntry<K> entry, long number) {}

    private final ArrayDeque<Run<K>> runs = new ArrayDeque<>();

    Owed(Iterable<KeyEntry<K>> entries) {
      for (KeyEntry<K> entry : entries) {
        KeyState state = entry.state();
        if (state.isRunning()) {
          runs.add(new Run<>(entry, state.run()));
        }
        if (state.pending() == KeyState.Pending.QUEUED) {
          runs.add(new Run<>(entry, state.last()));
        }
      }
    }

    /** What is over stays so: none is looked at again after that. */
    boolean areOver() {
      while (!runs.isEmpty() && runs.element().entry.state().isOver(runs.element().number)) {
        runs.remove();
      }
      return runs.isEmpty();
    }
  }

  // ---- The end

  @Override
  public boolean isClosed() {
    return table.isClosing();
  }

  @Override
  public void close() {
    requireOutside("close()");
    beginClose();
    waits.awaitUninterruptibly(this::isDone);
    workers.pool.close();
    removed.warn(host, label());
  }

  @Override
  public List<String> close(Duration limit) throws InterruptedException {
    Deadline deadline = Deadline.in(limit);
    requireOutside("close()");
    beginClose();
    boolean done = waits.await(this::isDone, deadline) && closePool(deadline);
    List<String> left = removed.take();
    if (!done) {
      table.all().forEach(entry -> left.add(Labels.text(entry.key)));
      if (left.isEmpty()) {
        left.add(name);
      }
    }
    return left;
  }

  private boolean closePool(Deadline deadline) throws InterruptedException {
    return workers.pool.close(Duration.ofNanos(Math.max(0, deadline.left()))).isEmpty();
  }

  /** Takes away what is delayed. The rest runs, whether or not anybody waits for it. */
  private void beginClose() {
    if (table.beginClose()) {
      try {
        table.all().forEach(entry -> take(entry, KeyState::closed, true));
      } finally {
        table.release();
      }
    }
  }

  /** A lane has left. Where an error of our own came between, reasons may stay for nothing. */
  void left() {
    if (broken.get() != null && table.isClosing() && isDone()) {
      workers.dismiss.run();
    }
    waits.wakeAll();
  }

  /** Closing, and nothing runs any more or will. */
  private boolean isDone() {
    return table.isFinished() || (broken.get() != null && !isRunning());
  }

  private boolean isRunning() {
    for (KeyLane<K> lane : lanes.all()) {
      if (lane.entry() != null) {
        return true;
      }
    }
    return false;
  }

  /** By whoever takes the last reason to go on away: a lane, a submitter, the closer. */
  private void finished() {
    lanes.finished();
    workers.dismiss.run();
    waits.wakeAll();
  }

  /**
   * An error of our own (rule G17). Reports; then submissions throw, and all that is pending is
   * taken away, so that nobody waits for what will not come. In this order, so that whoever is
   * thrown at finds the report.
   */
  void broke(Throwable error) {
    host.failed(Kind.KEYED_WORK_QUEUE, name, null, error);
    broken.compareAndSet(null, error);
    table.breakUp();
    table.all().forEach(entry -> take(entry, KeyState::cancelled, false));
    waits.wakeAll();
  }

  // ---- Rule G6

  /** The key inside of whose run the caller is, as its entry. */
  private @Nullable KeyEntry<K> caller() {
    Thread caller = Thread.currentThread();
    for (KeyLane<K> lane : lanes.all()) {
      if (lane.thread() == caller) {
        return lane.entry();
      }
    }
    return null;
  }

  private void requireOutside(String operation) {
    KeyEntry<K> caller = caller();
    if (caller != null) {
      throw new MisuseException(
          label()
              + ": "
              + operation
              + " from inside key \""
              + Labels.text(caller.key)
              + "\" would wait for itself");
    }
  }

  private void requireOutside(K key) {
    KeyEntry<K> caller = caller();
    if (caller != null && (lanes.isSingle() || caller.key.equals(key))) {
      throw new MisuseException(
          label(key)
              + ": cancelAndWait() from inside key \""
              + Labels.text(caller.key)
              + "\" would wait for itself"
              + (caller.key.equals(key) ? "" : ": the queue runs one key at a time"));
    }
  }

  // ---- What others ask

  @Override
  public boolean holdsCaller() {
    return caller() != null;
  }

  @Override
  public Counts counts() {
    Instant now = Instant.now();
    long nanoTime = host.nanoTime();
    List<Family.Running> running = new ArrayList<>();
    for (KeyLane<K> lane : lanes.all()) {
      Family.Running run = lane.inspect(now, nanoTime);
      if (run != null) {
        running.add(run);
      }
    }
    return counts.snapshot(running);
  }

  @Override
  public void interruptRuns() {
    for (KeyLane<K> lane : lanes.all()) {
      Thread thread = lane.thread();
      if (thread != null) {
        thread.interrupt();
      }
    }
  }

  @Override
  public String toString() {
    return label()
        + (table.isClosing() ? " (closed)" : broken.get() != null ? " (broken)" : " (open)");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.Kind;
import dev.quern.Stall;
import dev.quern.Stall.Phase;
import dev.quern.ThreadPoolSpec;
import dev.quern.WorkQueueSpec;
import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Managed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Looks for runs and waits that are longer than their limits, and reports each once (rule W18). One
 * thread of its own, since reports are user code: not the timer's, which must go on, and none of a
 * pool that may be what is stuck. It is started with the first primitive that has a limit, or with
 * the runtime if that is to look for {@link WaitCycles}.
 *
 * <p>It looks again after a quarter of the smallest limit, half a second at most. Times are the
 * provider's, on the host's clock; only how often it looks is real time. A run or wait is known by
 * its number, so a later one of the same item is another one; what was reported is forgotten with
 * the first look that does not find it any more.
 */
@Singleton
final class Watchdog {
  static final String NAME = "quern.watchdog";
  private static final long LONGEST_PERIOD = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long SHORTEST_PERIOD = TimeUnit.MILLISECONDS.toNanos(5);

  private final WaitCycles cycles;
  private final boolean looksForCycles;
  private final Threads threads;
  private final Failures failures;
  private final Log log;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Watched> all = new ArrayList<>(); // guarded by lock
  private boolean started; // guarded by lock
  private boolean ended; // guarded by lock

  @Inject
  Watchdog(
      RuntimeSettings settings, WaitCycles cycles, Threads threads, Failures failures, Log log) {
    this.cycles = cycles;
    this.looksForCycles = settings.waitCycles();
    this.threads = threads;
    this.failures = failures;
    this.log = log;
  }

  /**
   * Before a queue with limits is made: there is a thread to watch it.
   *
   * @throws IllegalStateException if it cannot be started (rule D16)
   */
  void require(WorkQueueSpec spec) {
    if (spec.runLimit().isEmpty() && spec.waitLimit().isEmpty()) {
      return;
    }
    try {
      start();
    } catch (CannotStartThreadException e) {
      String what = Failures.describe(Kind.WORK_QUEUE, spec.name());
      throw new IllegalStateException(what + ": " + e.getMessage(), e.getCause());
    }
  }

  /** With the runtime: there is a thread to look for cycles, if that is asked for (rule G20). */
  void startWithRuntime() throws CannotStartThreadException {
    if (looksForCycles) {
      start();
    }
  }

  private void start() throws CannotStartThreadException {
    lock.lock();
    try {
      if (!started && !ended) {
        threads.start(NAME, ThreadPoolSpec.NO_PRIORITY, false, failures.loader(), this::run);
        started = true;
      }
    } finally {
      lock.unlock();
    }
  }

  /** From now on, until {@link #forget}. */
  void watch(Managed queue, WorkQueueSpec spec) {
    if (spec.runLimit().isEmpty() && spec.waitLimit().isEmpty()) {
      return;
    }
    lock.lock();
    try {
      all.add(new Watched(queue, spec));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** It has ended. */
  void forget(Managed primitive) {
    lock.lock();
    try {
      all.removeIf(watched -> watched.queue == primitive);
    } finally {
      lock.unlock();
    }
  }

  /** The runtime has closed. */
  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  // ---- The thread

  /** Outlives an error, out of memory for instance: nobody else watches. */
  private void run() {
    for (List<Watched> now = next(); now != null; now = next()) {
      for (Watched watched : now) {
        guarded("work queue \"" + watched.name + "\"", watched::look);
      }
      if (looksForCycles) {
        guarded("waits", cycles::look);
      }
    }
  }

  private void guarded(String what, Runnable look) {
    try {
      look.run();
    } catch (Throwable thrown) {
      writeError(what, thrown);
    }
    Thread.interrupted(); // one that the handler set
  }

  private void writeError(String what, Throwable thrown) {
    try {
      log.write(Level.ERROR, NAME + ": cannot look at " + what, thrown);
    } catch (Throwable noMemory) {
      return; // the next look may have some
    }
  }

  /** Waits for the next look; null when the thread has to end. */
  private @Nullable List<Watched> next() {
    lock.lock();
    try {
      long begin = System.nanoTime();
      for (long left = period(); !ended && left > 0; left = period() - since(begin)) {
        awaitAtMost(left); // a new one may have a smaller limit
      }
      return ended ? null : List.copyOf(all);
    } finally {
      lock.unlock();
    }
  }

  private static long since(long begin) {
    return System.nanoTime() - begin;
  }

  private long period() {
    long period = LONGEST_PERIOD;
    for (Watched watched : all) {
      period = Math.min(period, Math.min(watched.runLimit, watched.waitLimit) / 4);
    }
    return Math.max(period, SHORTEST_PERIOD);
  }

  @SuppressWarnings("WaitNotInLoop") // the caller loops
  private void awaitAtMost(long nanos) {
    try {
      changed.awaitNanos(nanos);
    } catch (InterruptedException e) {
      // Nobody has a reason to interrupt this thread; it looks again.
    }
  }

  /** A primitive with limits. But for what never changes, the watchdog's thread only. */
  private final class Watched {
    private final Managed queue;
    private final String name;
    private final long runLimit;
    private final long waitLimit;
    private final Set<Long> runsTold = new HashSet<>();
    private final Set<Long> waitsTold = new HashSet<>();

    Watched(Managed queue, WorkQueueSpec spec) {
      this.queue = queue;
      this.name = spec.name();
      this.runLimit = nanos(spec.runLimit());
      this.waitLimit = nanos(spec.waitLimit());
    }

    void look() {
      if (runLimit != Long.MAX_VALUE) {
        lookAtRuns();
      }
      if (waitLimit != Long.MAX_VALUE) {
        lookAtWaits();
      }
    }

    private void lookAtRuns() {
      List<Managed.Run> runs = queue.runs();
      runsTold.retainAll(runs.stream().map(Managed.Run::number).toList());
      for (Managed.Run run : runs) {
        if (run.nanos() >= runLimit && runsTold.add(run.number())) {
          tell(run.item(), Phase.RUNNING, run.nanos(), stack(run));
        }
      }
    }

    /** Only of that run: its worker may be elsewhere by now. */
    private List<StackTraceElement> stack(Managed.Run run) {
      List<StackTraceElement> stack = List.of(run.thread().getStackTrace());
      boolean goesOn = queue.runs().stream().anyMatch(now -> now.number() == run.number());
      return goesOn ? stack : List.of();
    }

    private void lookAtWaits() {
      List<Managed.Wait> waits = queue.waits(waitLimit);
      waitsTold.retainAll(waits.stream().map(Managed.Wait::number).toList());
      for (Managed.Wait wait : waits) {
        if (waitsTold.add(wait.number())) {
          tell(wait.item(), Phase.WAITING, wait.nanos(), List.of());
        }
      }
    }

    private void tell(String item, Phase phase, long nanos, List<StackTraceElement> stack) {
      failures.stalled(
          new Stall(
              Kind.WORK_QUEUE, name, Optional.of(item), phase, Duration.ofNanos(nanos), stack));
    }

    private static long nanos(Optional<Duration> limit) {
      try {
        return limit.map(Duration::toNanos).orElse(Long.MAX_VALUE);
      } catch (ArithmeticException tooLong) {
        return Long.MAX_VALUE;
      }
    }
  }
}

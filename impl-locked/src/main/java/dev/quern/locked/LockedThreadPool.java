// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.Body;
import dev.quern.ClosedException;
import dev.quern.Family;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A pool of workers for jobs (rules P1 to P16).
 *
 * <p>One lock guards the pool and all its jobs, so each step below is whole: a job is in line, or a
 * worker has it, or neither. A submitted job goes to the worker that idles since the shortest time,
 * else to the end of the line; a worker that is free takes the head of the line before it idles. So
 * while a job waits nobody idles, and the overseer owes a worker as long as the bound allows one.
 *
 * <p>Lock order: a job's interlock, then this lock; this class never takes an interlock while it
 * holds the lock.
 */
final class LockedThreadPool implements ThreadPool, Managed {
  private static final Duration IDLE_LIMIT = Duration.ofSeconds(30);

  final Host host;
  final boolean threadNames;
  final ReentrantLock lock = new ReentrantLock();

  /** A run or a body of some job ended, or the pool did. */
  final Condition settled = lock.newCondition();

  final JobLine line = new JobLine(); // guarded by lock
  final Tally tally = new Tally(); // guarded by lock

  private final String name;
  private final boolean visible;
  private final int priority;
  private final boolean virtual;
  private final int maxThreads;
  private final long idleNanos;
  private final Map<Thread, LockedWorker> inside;
  private final Thread overseer;
  private final Condition overseerWake = lock.newCondition();
  private final ArrayDeque<LockedWorker> idle = new ArrayDeque<>(); // guarded by lock
  private final Set<LockedWorker> live = new LinkedHashSet<>(); // guarded by lock
  private final List<Thread> leaving = new ArrayList<>(); // guarded by lock
  private int starting; // guarded by lock
  private int workerNumber = 1; // guarded by lock
  private boolean closing; // guarded by lock
  private boolean ended; // guarded by lock
  private @Nullable Throwable broken; // guarded by lock

  /**
   * @param visible false for a pool that is part of another primitive: the host, which is told of
   *     its end, is that primitive's, and its jobs are not anybody's current job
   */
  LockedThreadPool(Host host, ThreadPoolSpec spec, boolean visible) {
    this(host, spec, visible, new ConcurrentHashMap<>());
  }

  /**
   * @param inside the workers by thread, of all the pools that share this map
   */
  LockedThreadPool(
      Host host, ThreadPoolSpec spec, boolean visible, Map<Thread, LockedWorker> inside) {
    this.host = host;
    this.name = spec.name();
    this.visible = visible;
    this.inside = inside;
    this.priority = spec.priority().orElse(ThreadPoolSpec.NO_PRIORITY);
    this.virtual = spec.virtual().orElse(false);
    this.maxThreads = spec.maxThreads().orElse(Integer.MAX_VALUE);
    this.threadNames = spec.threadNames().orElse(false);
    this.idleNanos = Waits.deadlineNanos(spec.idleLimit().orElse(IDLE_LIMIT));
    try {
      this.overseer =
          host.startThread(name + "-overseer", priority, false, null, new LockedOverseer(this));
    } catch (CannotStartThreadException failed) {
      throw new IllegalStateException(
          this + ": its overseer cannot be started: " + failed.getCause(), failed.getCause());
    }
  }

  // ---- The face

  @Override
  public String name() {
    return name;
  }

  @Override
  public Job newJob(String name, Action body) {
    Labels.check(name);
    Objects.requireNonNull(body, "body");
    return newJob(name, null, body, self -> body.run());
  }

  @Override
  public Job newJob(String name, Body<Job> body) {
    Labels.check(name);
    Objects.requireNonNull(body, "body");
    return newJob(name, null, body, body);
  }

  @Override
  public Job newJob(String name, ReentrantLock interlock, Body<Job> body) {
    Labels.check(name);
    Objects.requireNonNull(interlock, "interlock");
    Objects.requireNonNull(body, "body");
    return newJob(name, interlock, body, body);
  }

  private Job newJob(String name, @Nullable ReentrantLock interlock, Object code, Body<Job> body) {
    lock.lock();
    try {
      requireOpen("");
      return new LockedJob(this, name, interlock, code, body);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isClosed() {
    lock.lock();
    try {
      return closing;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    beginClose();
    Waits.uninterruptibly(() -> awaitEnd(Waits.FOREVER));
  }

  @Override
  public List<String> close(Duration limit) throws InterruptedException {
    long nanos = Waits.nanos(limit);
    beginClose();
    return awaitEnd(nanos) ? List.of() : unfinished();
  }

  private void beginClose() {
    if (holdsCaller()) {
      throw new MisuseException(
          this + ": close() from inside one of its jobs would wait for itself");
    }
    lock.lock();
    try {
      closing = true;
      idle.forEach(worker -> worker.wake.signal());
      overseerWake.signal();
    } finally {
      lock.unlock();
    }
  }

  private boolean awaitEnd(long nanos) throws InterruptedException {
    long left = nanos;
    lock.lock();
    try {
      while (!ended) {
        if (left <= 0) {
          return false;
        }
        left = settled.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
    return Waits.awaitEnd(overseer, Waits.FOREVER);
  }

  private List<String> unfinished() {
    Set<String> names = new LinkedHashSet<>();
    lock.lock();
    try {
      for (LockedWorker worker : live) {
        if (worker.job != null) {
          names.add(worker.job.name());
        }
      }
      line.forEach(job -> names.add(job.name()));
    } finally {
      lock.unlock();
    }
    return names.isEmpty() ? List.of(name) : List.copyOf(names);
  }

  @Override
  public String toString() {
    return kind().key().replace('-', ' ') + " \"" + name + "\"";
  }

  // ---- What the runtime asks

  @Override
  public boolean holdsCaller() {
    return callersJob() != null;
  }

  @Override
  public Counts counts() {
    Instant now = Instant.now();
    lock.lock();
    try {
      long nanoTime = host.nanoTime();
      long pending = line.size();
      List<Family.Running> running = new ArrayList<>();
      for (LockedWorker worker : live) {
        Family.Running body = worker.running(now, nanoTime);
        if (body != null) {
          running.add(body);
        }
        if (worker.job != null) {
          pending += worker.job.pendingOn(worker, body != null);
        }
      }
      return tally.counts(pending, running);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void interruptRuns() {
    lock.lock();
    try {
      for (LockedWorker worker : live) {
        if (worker.job != null && worker.thread != null) {
          worker.thread.interrupt();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  // ---- What its jobs ask

  Kind kind() {
    return visible ? Kind.THREAD_POOL : Kind.WORK_QUEUE;
  }

  /** Whether one worker is all that this pool may have. */
  boolean isExclusive() {
    return maxThreads == 1;
  }

  /** The job of this pool inside of which the caller is. */
  @Nullable LockedJob callersJob() {
    LockedWorker worker = inside.get(Thread.currentThread());
    return worker != null && worker.pool() == this ? worker.job : null;
  }

  /** The job on whose worker, of any of the pools in the map, the caller is. */
  static @Nullable Job currentJob(Map<Thread, LockedWorker> inside) {
    LockedWorker worker = inside.get(Thread.currentThread());
    return worker == null ? null : worker.job;
  }

  /** Throws if the pool takes no more. The lock is held. */
  void requireOpen(String part) {
    if (broken != null) {
      throw new ClosedException(this + part + ": broken by " + broken, broken);
    }
    if (closing) {
      throw new ClosedException(this + part + ": closed");
    }
  }

  boolean isClosing() {
    return closing;
  }

  boolean isBroken() {
    return broken != null;
  }

  /** Gives a job that has just become WAITING to an idle worker, or a place in line. */
  void place(LockedJob job) {
    LockedWorker worker = idle.poll();
    if (worker == null) {
      line.add(job);
      wakeOverseer();
    } else {
      job.beginOn(worker);
      worker.wake.signal();
    }
  }

  private void wakeOverseer() {
    if (needsWorker()) {
      overseerWake.signal();
    }
  }

  // ---- What its workers ask

  void arrived(LockedWorker worker, Thread thread) {
    inside.put(thread, worker);
    lock.lock();
    try {
      worker.thread = thread;
      starting--;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends the worker's run, if it had one, and finds it the next. In one step, so that a job that
   * submitted itself is behind the others, and yet runs here if there are none.
   *
   * @param ok whether the body before ended well
   * @return false if the worker is to leave
   */
  boolean next(LockedWorker worker, boolean ok) {
    lock.lock();
    try {
      endBody(worker, ok);
      LockedJob head = line.poll();
      if (head != null) {
        head.beginOn(worker);
        wakeOverseer();
      } else if (!awaitJob(worker)) {
        return false;
      }
      worker.begins(host.nanoTime());
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void endBody(LockedWorker worker, boolean ok) {
    LockedJob job = worker.job;
    if (job != null) {
      worker.ends();
      if (!ok) {
        tally.runThrew();
      }
      if (job.endBody(worker)) {
        line.add(job);
      }
    }
  }

  private boolean awaitJob(LockedWorker worker) {
    if (closing || broken != null) {
      return false;
    }
    long deadline = host.nanoTime() + idleNanos;
    idle.push(worker);
    while (worker.job == null && !closing && broken == null) {
      long left = deadline - host.nanoTime();
      if (left <= 0) {
        break;
      }
      try {
        worker.wake.awaitNanos(left);
      } catch (InterruptedException stray) {
        continue; // meant for no run
      }
    }
    if (worker.job != null) {
      return true; // also if time was up just now (P9)
    }
    idle.remove(worker);
    return false;
  }

  void left(LockedWorker worker, Thread thread) {
    inside.remove(thread);
    lock.lock();
    try {
      if (worker.thread == null) {
        starting--;
      }
      idle.remove(worker);
      if (worker.job != null) { // only if the pool broke
        endBody(worker, false);
      }
      live.remove(worker);
      leaving.add(thread);
      overseerWake.signal();
    } finally {
      lock.unlock();
    }
  }

  /** An error of our own: takes nothing more, lets go of who waits, says so (rule G17). */
  void broke(Throwable error) {
    lock.lock();
    try {
      if (broken == null) {
        broken = error;
        for (LockedJob job; (job = line.poll()) != null; ) {
          job.drop();
        }
        idle.forEach(worker -> worker.wake.signal());
        overseerWake.signal();
        settled.signalAll();
      }
    } finally {
      lock.unlock();
    }
    host.failed(kind(), name, null, error);
  }

  // ---- What its overseer asks

  private boolean needsWorker() {
    return line.size() > starting && live.size() < maxThreads;
  }

  /** Waits until a worker is owed, and counts it; null once the pool is closed and empty. */
  @Nullable LockedWorker awaitNeed() {
    while (true) {
      final Thread last;
      lock.lock();
      try {
        leaving.removeIf(thread -> !thread.isAlive());
        while (!needsWorker()) {
          if (closing && live.isEmpty() && line.size() == 0) {
            return null;
          }
          overseerWake.awaitUninterruptibly();
        }
        leaving.removeIf(thread -> !thread.isAlive());
        if (live.size() + leaving.size() < maxThreads) {
          LockedWorker worker = new LockedWorker(this);
          live.add(worker);
          starting++;
          return worker;
        }
        last = leaving.get(0);
      } finally {
        lock.unlock();
      }
      // The bound is one of threads (P13): that worker has still its last steps to go.
      Waits.uninterruptibly(() -> Waits.awaitEnd(last, Waits.FOREVER));
    }
  }

  void startThread(LockedWorker worker) throws CannotStartThreadException {
    host.startThread(name + "-worker-" + workerNumber, priority, virtual, null, worker);
    workerNumber++;
  }

  void notStarted(LockedWorker worker) {
    lock.lock();
    try {
      live.remove(worker);
      starting--;
    } finally {
      lock.unlock();
    }
  }

  /** Until the time is over, or the pool is closed and there is nothing to try again for. */
  void pauseOverseer(long nanos) {
    lock.lock();
    try {
      long deadline = host.nanoTime() + nanos;
      for (long left = nanos; left > 0; left = deadline - host.nanoTime()) {
        if (closing && line.size() == 0) {
          return;
        }
        try {
          overseerWake.awaitNanos(left);
        } catch (InterruptedException stray) {
          continue; // meant for nobody
        }
      }
    } finally {
      lock.unlock();
    }
  }

  void log(String what, Throwable cause) {
    host.log(System.Logger.Level.ERROR, this + ": " + what, cause);
  }

  /** The overseer's last step: every worker's thread ends before the pool has. */
  void ended() {
    List<Thread> last;
    lock.lock();
    try {
      last = List.copyOf(leaving);
      leaving.clear();
    } finally {
      lock.unlock();
    }
    for (Thread thread : last) {
      Waits.uninterruptibly(() -> Waits.awaitEnd(thread, Waits.FOREVER));
    }
    try {
      host.ended(this);
    } finally {
      lock.lock();
      try {
        ended = true;
        settled.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}

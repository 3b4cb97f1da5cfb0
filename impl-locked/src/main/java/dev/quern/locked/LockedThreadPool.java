// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.Body;
import dev.quern.ClosedException;
import dev.quern.ContextHook;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.PoolView;
import dev.quern.PoolViewSpec;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Host;
import dev.quern.spi.Labels;
import dev.quern.spi.Managed;
import dev.quern.spi.Pool;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
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
  final Host host;
  final boolean threadNames;
  final @Nullable ContextHook contextHook;
  final ReentrantLock lock = new ReentrantLock();

  /** A run or a body of some job ended, or the pool did. */
  final Condition settled = lock.newCondition();

  final Tally tally = new Tally(); // guarded by lock
  final AnnouncedWaits announced;

  private final String name;
  private final Kind kind;
  private final Managed owner;

  final PoolStaff staff;
  private final @Nullable Thread overseer; // a view has none
  private boolean closing; // guarded by lock
  private boolean ended; // guarded by lock
  private @Nullable Throwable broken; // guarded by lock

  /**
   * @param visible false for a pool that is part of another primitive: the host, which is told of
   *     its end, is that primitive's, and its jobs are not anybody's current job
   */
  LockedThreadPool(Host host, ThreadPoolSpec spec, boolean visible) {
    this(host, spec, visible, new ConcurrentHashMap<>(), UnaryOperator.identity());
  }

  /**
   * @param inside the workers by thread, of all the pools that share this map
   * @param workers goes around what each worker runs
   */
  LockedThreadPool(
      Host host,
      ThreadPoolSpec spec,
      boolean visible,
      Map<Thread, LockedWorker> inside,
      UnaryOperator<Runnable> workers) {
    this.host = host;
    this.name = spec.name();
    this.kind = visible ? Kind.THREAD_POOL : Kind.WORK_QUEUE;
    this.owner = this;
    this.announced = new AnnouncedWaits(host, Kind.THREAD_POOL, name);
    this.contextHook = host.contextHook();
    this.threadNames = spec.threadNames().orElse(false);
    this.staff = new PoolStaff(this, spec, inside, workers);
    try {
      this.overseer =
          host.startThread(
              name + "-overseer",
              spec.priority().orElse(ThreadPoolSpec.NO_PRIORITY),
              false,
              null,
              new LockedOverseer(this));
    } catch (CannotStartThreadException failed) {
      throw new IllegalStateException(
          title() + ": its overseer cannot be started: " + failed.getCause(), failed.getCause());
    }
  }

  /**
   * What is behind a view: its workers are jobs of another pool, and come without an overseer.
   *
   * @param owner the view, as the runtime knows it
   */
  LockedThreadPool(
      Host host, PoolViewSpec spec, Pool base, Map<Thread, LockedWorker> inside, Managed owner) {
    this.host = host;
    this.name = spec.name();
    this.kind = Kind.POOL_VIEW;
    this.owner = owner;
    this.announced = new AnnouncedWaits(host, kind, name);
    this.threadNames = base.threadNames();
    this.contextHook = host.contextHook();
    ViewStaff viewStaff = new ViewStaff(this, spec, base, inside);
    this.staff = viewStaff;
    this.overseer = null;
    base.whenBroken(viewStaff::baseBroke);
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
  public ExecutorService asExecutorService() {
    return host.views().executor(this);
  }

  @Override
  public PoolView newView(PoolViewSpec spec) {
    Objects.requireNonNull(spec, "spec");
    throw new MisuseException(title() + ": views are made of a handle of a shared pool");
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
          title() + ": close() from inside one of its jobs would wait for itself");
    }
    dismiss();
  }

  /** Begins the close and waits for nothing: for its owner, also from inside its last job. */
  void dismiss() {
    step(
        () -> {
          closing = true;
          staff.dismiss();
          settled.signalAll(); // whoever waits for room
        });
    staff.endIfOver();
  }

  /** Runs code under the lock. An error in it is one of our own: it breaks the pool (G17). */
  void step(Runnable code) {
    try {
      lock.lock();
      try {
        code.run();
      } finally {
        lock.unlock();
      }
    } catch (Error ours) {
      broke(ours);
      throw ours;
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
    return overseer == null || Waits.awaitEnd(overseer, Waits.FOREVER);
  }

  private List<String> unfinished() {
    Set<String> names = new LinkedHashSet<>();
    lock.lock();
    try {
      staff.forEachJob(job -> names.add(job.name()));
    } finally {
      lock.unlock();
    }
    return names.isEmpty() ? List.of(name) : List.copyOf(names);
  }

  /** Kind and name, as messages begin. */
  String title() {
    return kind().key().replace('-', ' ') + " \"" + name + "\"";
  }

  @Override
  public String toString() {
    lock.lock();
    try {
      String state = broken != null ? "broken" : ended ? "closed" : closing ? "closing" : "open";
      return title() + " (" + state + ")";
    } finally {
      lock.unlock();
    }
  }

  // ---- What the runtime asks

  @Override
  public boolean holdsCaller() {
    return callersJob() != null || staff.baseHoldsCaller();
  }

  @Override
  public Counts counts() {
    Instant now = Instant.now();
    lock.lock();
    try {
      return staff.counts(tally, now, host.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<Run> runs() {
    lock.lock();
    try {
      return staff.runs(host.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int maxRuns() {
    return staff.maxThreads();
  }

  @Override
  public void interruptRuns() {
    lock.lock();
    try {
      staff.interruptRuns();
    } finally {
      lock.unlock();
    }
  }

  // ---- What its jobs ask

  Kind kind() {
    return kind;
  }

  /** Of a view. */
  ViewStaff viewStaff() {
    return (ViewStaff) staff;
  }

  /** The job of this pool inside of which the caller is. */
  @Nullable LockedJob callersJob() {
    LockedWorker worker = staff.callersWorker();
    return worker == null ? null : worker.job;
  }

  /** The job on whose worker, of any of the pools in the map, the caller is. */
  static @Nullable Job currentJob(Map<Thread, LockedWorker> inside) {
    LockedWorker worker = inside.get(Thread.currentThread());
    return worker == null ? null : worker.job;
  }

  /** Throws if the pool takes no more. The lock is held. */
  void requireOpen(String part) {
    if (broken != null) {
      throw new ClosedException(title() + part + ": broken by " + broken, broken);
    }
    if (closing) {
      throw new ClosedException(title() + part + ": closed");
    }
  }

  boolean isClosing() {
    return closing;
  }

  boolean isBroken() {
    return broken != null;
  }

  /** An error of our own: takes nothing more, lets go of who waits, says so (rule G17). */
  void broke(Throwable error) {
    lock.lock();
    try {
      if (broken == null) {
        broken = error;
        staff.dropLine();
        staff.dismiss();
        settled.signalAll();
      }
    } finally {
      lock.unlock();
    }
    host.failed(kind(), name, null, error);
    staff.endIfOver();
  }

  void log(String what, Throwable cause) {
    host.log(System.Logger.Level.ERROR, title() + ": " + what, cause);
  }

  /** The last step, of the overseer or of a view's last worker: workers end before the pool has. */
  void ended() {
    staff.awaitLast();
    try {
      host.ended(owner);
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

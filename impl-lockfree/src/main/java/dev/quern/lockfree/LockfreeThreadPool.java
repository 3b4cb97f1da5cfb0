// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Action;
import dev.quern.Body;
import dev.quern.ClosedException;
import dev.quern.ContextHook;
import dev.quern.Family;
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
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A pool of workers for jobs (rules P1 to P16). {@link JobState} is where a job stands, {@link
 * PoolStaff} says who wakes whom, {@link PoolLine} keeps what waits.
 *
 * <p>Closing: {@code closing} is set, so submissions throw; those that read it before are served,
 * as long as they get a place in line. Workers leave once they find nothing more; after the last
 * has left, the overseer seals the line if it is empty, else starts another. So the instant of the
 * seal divides those served from those that throw.
 *
 * <p>Progress: submissions, done and cancel are lock-free; they allocate nothing, but a place for a
 * job whose cancelled run has not left the line. Inspection and closing wait for whoever has
 * entered the line.
 */
final class LockfreeThreadPool implements ThreadPool, Managed {
  private static final Duration IDLE_LIMIT = Duration.ofSeconds(30);

  /**
   * Whose jobs it runs. Of a pool that is part of another primitive the host, which is told of its
   * end, is that primitive's, and its jobs are not anybody's current job.
   */
  enum Use {
    USERS,
    PART,
    /** Part of a work queue, whose lanes linger themselves. */
    LANES
  }

  final Host host;
  final boolean threadNames;
  final int maxRun;

  /** How often in a row a job that submits itself may run again at once. */
  final int repeats;

  final long idleNanos;

  /** A run or a body of some job ended, a run was taken back, or the pool ended. */
  final WaitList waits;

  final AnnouncedWaits announced;

  final WorkerSource overseer;
  final PoolStaff staff;

  /** The workers by thread, of all the pools that share this map. */
  final Map<Thread, PoolWorker> inside;

  final LongAdder coalesced = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder removed = new LongAdder();

  /** Of a view with a capacity. */
  final @Nullable Room room;

  /** Whether a worker may linger. */
  final boolean lingers;

  /** Whether a worker's thread serves one run only (rule P18). */
  final boolean oneRun;

  private final String name;
  private final Kind kind;
  private final Managed owner;
  private final @Nullable LentWorkers lent; // of a view
  private final @Nullable ContextHook contextHook;
  private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();
  private volatile boolean closing;
  private volatile boolean ended;

  LockfreeThreadPool(Host host, ThreadPoolSpec spec, Use use) {
    this(host, spec, use, new ConcurrentHashMap<>(), UnaryOperator.identity());
  }

  /**
   * @param workers goes around what each worker runs
   */
  LockfreeThreadPool(
      Host host,
      ThreadPoolSpec spec,
      Use use,
      Map<Thread, PoolWorker> inside,
      UnaryOperator<Runnable> workers) {
    this.host = host;
    this.name = spec.name();
    this.kind = use == Use.USERS ? Kind.THREAD_POOL : Kind.WORK_QUEUE;
    this.owner = this;
    this.room = null;
    this.lent = null;
    this.lingers = use != Use.LANES && !spec.virtual().orElse(false);
    this.inside = inside;
    this.threadNames = spec.threadNames().orElse(false);
    this.oneRun = spec.clearThreadLocals().orElse(false);
    this.maxRun = oneRun ? 1 : spec.maxRun().orElse(16);
    this.repeats = threadNames ? 0 : maxRun - 1;
    this.contextHook = host.contextHook();
    this.idleNanos = nanos(spec.idleLimit().orElse(IDLE_LIMIT));
    this.waits = new WaitList(host.parker());
    this.announced = new AnnouncedWaits(host, waits, Kind.THREAD_POOL, name);
    this.overseer =
        new PoolOverseer(
            this,
            spec.maxThreads().orElse(Integer.MAX_VALUE),
            spec.priority().orElse(ThreadPoolSpec.NO_PRIORITY),
            spec.virtual().orElse(false),
            workers);
    this.staff = new PoolStaff(host, overseer);
    start();
  }

  /**
   * What is behind a view: its workers are jobs of another pool, and come without an overseer.
   *
   * @param owner the view, as the runtime knows it
   */
  LockfreeThreadPool(
      Host host, PoolViewSpec spec, Pool base, Map<Thread, PoolWorker> inside, Managed owner) {
    this.host = host;
    this.name = spec.name();
    this.kind = Kind.POOL_VIEW;
    this.owner = owner;
    this.room = spec.capacity().map(bound -> new Room(bound, host.parker())).orElse(null);
    this.inside = inside;
    this.threadNames = base.threadNames();
    this.oneRun = base.clearsThreadLocals();
    this.maxRun = 1;
    this.repeats = 0;
    this.contextHook = host.contextHook();
    this.idleNanos = 0;
    this.lingers = false;
    this.waits = new WaitList(host.parker());
    this.announced = new AnnouncedWaits(host, waits, kind, name);
    this.lent = new LentWorkers(this, base, spec.maxActive().orElse(1));
    this.overseer = lent;
    this.staff = new PoolStaff(host, overseer);
    start();
  }

  private void start() {
    try {
      overseer.start();
    } catch (CannotStartThreadException failed) {
      throw new IllegalStateException(
          title() + ": its overseer cannot be started: " + failed.getCause(), failed.getCause());
    }
  }

  boolean isView() {
    return lent != null;
  }

  private static long nanos(Duration limit) {
    try {
      return limit.toNanos();
    } catch (ArithmeticException tooLong) {
      return Long.MAX_VALUE;
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
    requireOpen(null);
    return new LockfreeJob(this, name, body);
  }

  @Override
  public Job newJob(String name, Body<Job> body) {
    Labels.check(name);
    Objects.requireNonNull(body, "body");
    requireOpen(null);
    return new LockfreeJob(this, name, null, body);
  }

  @Override
  public Job newJob(String name, ReentrantLock interlock, Body<Job> body) {
    Labels.check(name);
    Objects.requireNonNull(interlock, "interlock");
    Objects.requireNonNull(body, "body");
    requireOpen(null);
    return new LockfreeJob(this, name, interlock, body);
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
    return closing;
  }

  @Override
  public void close() {
    beginClose();
    waits.awaitUninterruptibly(() -> ended);
    overseer.awaitEnd();
  }

  @Override
  public List<String> close(Duration limit) throws InterruptedException {
    Deadline deadline = Deadline.in(limit);
    beginClose();
    if (!waits.await(() -> ended, deadline)) {
      return unfinished();
    }
    overseer.awaitEnd();
    return List.of();
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
    closing = true;
    if (lent != null) {
      lent.pauses().end();
    }
    staff.dismiss();
    wakeThoseForRoom();
  }

  private List<String> unfinished() {
    Set<String> names = new LinkedHashSet<>();
    staff.forEachWorker(
        worker -> {
          LockfreeJob job = worker.job();
          if (job != null) {
            names.add(job.name());
          }
        });
    staff.forEachWaiting(job -> names.add(((LockfreeJob) job).name()));
    return names.isEmpty() ? List.of(name) : List.copyOf(names);
  }

  /** For a job of a user's; null without a context hook. */
  @Nullable CapturedRuns newCaptures() {
    return contextHook == null ? null : new CapturedRuns(contextHook, host.parker());
  }

  /** Kind and name, as messages begin. */
  String title() {
    return kind().key().replace('-', ' ') + " \"" + name + "\"";
  }

  @Override
  public String toString() {
    String state = isBroken() ? "broken" : ended ? "closed" : closing ? "closing" : "open";
    return title() + " (" + state + ")";
  }

  // ---- What the runtime asks

  @Override
  public boolean holdsCaller() {
    return callersWorker() != null || overseer.isCaller() || baseHoldsCaller();
  }

  /** Whether the caller is on the only worker of a view's base. */
  boolean baseHoldsCaller() {
    return lent != null && lent.base().holdsCaller();
  }

  /** Of a view. */
  LentWorkers lent() {
    return Objects.requireNonNull(lent);
  }

  @Override
  public Counts counts() {
    Instant now = Instant.now();
    long nanoTime = host.nanoTime();
    List<Family.Running> running = new ArrayList<>();
    long[] sum = new long[5]; // begun, ended, failed, repeated, pending
    staff.forEachWorker(
        worker -> {
          sum[0] += worker.tally.begun();
          sum[1] += worker.tally.ended();
          sum[2] += worker.tally.failed();
          sum[3] += worker.tally.repeated();
          Family.Running body = worker.running(now, nanoTime);
          LockfreeJob job = worker.job();
          if (body != null && job != null) {
            running.add(body);
            sum[4] += worker.isRunOf(job) ? job.runsAgain() : 0;
          }
        });
    staff.forEachWaiting(job -> sum[4]++);
    long accepted = sum[0] - sum[3] + sum[4] + removed.sum();
    return new Counts(sum[4], running, accepted, coalesced.sum(), refused.sum(), sum[1], sum[2]);
  }

  @Override
  public List<Run> runs() {
    long nanoTime = host.nanoTime(); // a run may seem a moment longer than it is: it has no limit
    List<Run> runs = new ArrayList<>();
    staff.forEachWorker(
        worker -> {
          Run seen = worker.seen(nanoTime);
          if (seen != null) {
            runs.add(seen);
          }
        });
    return runs;
  }

  @Override
  public int maxRuns() {
    return overseer.maxThreads();
  }

  @Override
  public void interruptRuns() {
    staff.forEachWorker(PoolWorker::interruptRun);
  }

  // ---- What its jobs ask

  Kind kind() {
    return kind;
  }

  /** The worker of this pool on which the caller is. */
  @Nullable PoolWorker callersWorker() {
    PoolWorker worker = inside.get(Thread.currentThread());
    while (worker != null && worker.pool() != this) {
      worker = worker.outer();
    }
    return worker;
  }

  /** The job of this pool inside of which the caller is. */
  @Nullable LockfreeJob callersJob() {
    PoolWorker worker = callersWorker();
    return worker == null ? null : worker.job();
  }

  /** The job on whose worker, of any of the pools in the map, the caller is. */
  static @Nullable Job currentJob(Map<Thread, PoolWorker> inside) {
    PoolWorker worker = inside.get(Thread.currentThread());
    return worker == null ? null : worker.job();
  }

  /** Throws if the pool takes no more. */
  void requireOpen(@Nullable LockfreeJob job) {
    if (closing || isBroken()) {
      throw closed(job);
    }
  }

  ClosedException closed(@Nullable LockfreeJob job) {
    String title = job == null ? title() : job.title();
    Throwable cause = broken.get();
    return cause == null
        ? new ClosedException(title + ": closed")
        : new ClosedException(title + ": broken by " + cause, cause);
  }

  boolean isClosing() {
    return closing;
  }

  // ---- What its threads ask

  boolean isBroken() {
    return broken.get() != null;
  }

  /** Whether nobody idles any more. */
  boolean isOver() {
    return closing || isBroken();
  }

  /** Overseer: a worker in the table, whose thread is still to be started. */
  PoolWorker newWorker() {
    return staff.idle.add(
        old ->
            old != null && overseer.isLent()
                ? old.searchesAnew()
                : new PoolWorker(this, old == null ? new PoolTally() : old.tally));
  }

  /** Who starts workers, once the last has left: false if somebody is in line. */
  boolean sealLine() {
    staff.line.enter();
    try {
      return staff.line.seal();
    } finally {
      staff.exitLine();
    }
  }

  /** A run that is never refused waits. */
  void joinedLine() {
    if (room != null) {
      room.enters();
    }
  }

  /** A run that waited has begun, or was taken back. */
  void leftLine() {
    if (room != null) {
      room.leaves();
    }
  }

  /** A closed view may have waited for this one only. */
  void leftLineStale() {
    if (lent != null && closing) {
      lent.prod();
    }
  }

  /** A submission that waits for room may throw now, or be refused. */
  void wakeThoseForRoom() {
    if (room != null) {
      room.waits.wakeAll();
    }
  }

  /** The pool broke: this place will not be served. */
  void drop(LineNode node) {
    long run = node.stamp; // of the owner of the node, as long as it is in line
    LockfreeJob job = (LockfreeJob) node.job();
    if (job.drop(node)) {
      job.forget(run);
      removed.increment();
      waits.wakeAll();
    }
  }

  /** Overseer: the pool broke, so what is in line will not run. */
  void dropLine() {
    staff.line.enter();
    try {
      for (LineNode node; (node = staff.line.poll()) != null; ) {
        drop(node);
      }
    } finally {
      staff.exitLine();
    }
  }

  /** An error of our own: takes nothing more, lets go of who waits, says so (rule G17). */
  void broke(Throwable error) {
    broken.compareAndSet(null, error);
    staff.dismiss();
    waits.wakeAll();
    wakeThoseForRoom();
    host.failed(kind(), name, null, error);
  }

  void log(String what, Throwable cause) {
    host.log(System.Logger.Level.ERROR, title() + ": " + what, cause);
  }

  /** The last step of who starts workers: every worker's thread ends before the pool has. */
  void ended() {
    overseer.awaitLast();
    try {
      host.ended(owner);
    } finally {
      ended = true;
      waits.wakeAll();
    }
  }
}

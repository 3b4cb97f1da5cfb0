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
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Host;
import dev.quern.spi.Labels;
import dev.quern.spi.Managed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
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

  final Host host;
  final boolean threadNames;
  final int maxRun;
  final long idleNanos;

  /** A run or a body of some job ended, a run was taken back, or the pool ended. */
  final WaitList waits;

  final PoolOverseer overseer;
  final PoolStaff staff;

  /** The workers by thread, of all the pools that share this map. */
  final Map<Thread, PoolWorker> inside;

  final LongAdder coalesced = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder removed = new LongAdder();

  /** Whether a worker's thread serves one run only (rule P18). */
  final boolean oneRun;

  private final String name;
  private final boolean visible;
  private final @Nullable ContextHook contextHook;
  private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();
  private volatile boolean closing;
  private volatile boolean ended;

  /**
   * @param visible false for a pool that is part of another primitive: the host, which is told of
   *     its end, is that primitive's, and its jobs are not anybody's current job
   */
  LockfreeThreadPool(Host host, ThreadPoolSpec spec, boolean visible) {
    this(host, spec, visible, new ConcurrentHashMap<>());
  }

  LockfreeThreadPool(
      Host host, ThreadPoolSpec spec, boolean visible, Map<Thread, PoolWorker> inside) {
    this.host = host;
    this.name = spec.name();
    this.visible = visible;
    this.inside = inside;
    this.threadNames = spec.threadNames().orElse(false);
    this.oneRun = spec.clearThreadLocals().orElse(false);
    this.maxRun = oneRun ? 1 : spec.maxRun().orElse(16);
    this.contextHook = host.contextHook();
    this.idleNanos = nanos(spec.idleLimit().orElse(IDLE_LIMIT));
    this.waits = new WaitList(host.parker());
    this.overseer =
        new PoolOverseer(
            this,
            spec.maxThreads().orElse(Integer.MAX_VALUE),
            spec.priority().orElse(ThreadPoolSpec.NO_PRIORITY),
            spec.virtual().orElse(false));
    this.staff = new PoolStaff(host, overseer);
    try {
      overseer.start();
    } catch (CannotStartThreadException failed) {
      throw new IllegalStateException(
          title() + ": its overseer cannot be started: " + failed.getCause(), failed.getCause());
    }
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
    closing = true;
    staff.dismiss();
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
    return callersWorker() != null || overseer.isCaller();
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
  public void interruptRuns() {
    staff.forEachWorker(PoolWorker::interruptRun);
  }

  // ---- What its jobs ask

  Kind kind() {
    return visible ? Kind.THREAD_POOL : Kind.WORK_QUEUE;
  }

  /** The worker of this pool on which the caller is. */
  @Nullable PoolWorker callersWorker() {
    PoolWorker worker = inside.get(Thread.currentThread());
    return worker != null && worker.pool() == this ? worker : null;
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
    return staff.idle.add(old -> new PoolWorker(this, old == null ? new PoolTally() : old.tally));
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
    host.failed(kind(), name, null, error);
  }

  void log(String what, Throwable cause) {
    host.log(System.Logger.Level.ERROR, title() + ": " + what, cause);
  }

  /** The overseer's last step: every worker's thread ends before the pool has. */
  void ended() {
    overseer.awaitLast();
    try {
      host.ended(this);
    } finally {
      ended = true;
      waits.wakeAll();
    }
  }
}

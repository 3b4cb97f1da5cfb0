// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The one door: a runtime that makes the primitives, lends them threads and timers, and closes
 * them.
 *
 * <p>A primitive is made by name or by an immutable spec; configuration may override what tunes it,
 * never what it means (rule R3). {@code newX} creates, a bare noun shares. Any thread may call any
 * method. Runtimes are independent of each other (rule R10). Its threads are daemons: what is
 * accepted and not run when the process exits is gone, unless {@code close} was called or {@code
 * quern.close-on-exit} is true (rule R11). Implemented by providers only.
 */
public interface Quern extends AutoCloseable {
  /**
   * Opens a runtime from configuration alone. See {@link #open(OpenOptions)}. Rules R1, R2, R3, R4.
   */
  static Quern open() {
    return open(OpenOptions.NONE);
  }

  /**
   * Opens a runtime: finds it and the providers by {@link java.util.ServiceLoader}, reads the
   * settings, and chooses the provider.
   *
   * @throws ConfigurationException naming every problem found; nothing was started. Rules R1, R2,
   *     R3, R4, R6.
   */
  static Quern open(OpenOptions options) {
    Objects.requireNonNull(options, "options");
    return BootstrapLookup.find().open(options);
  }

  /** Makes a queue. Names of queues need not be unique. Never waits. Rules Q1, G14. */
  <E> Queue<E> newQueue(QueueSpec spec);

  /**
   * Makes a queue that signals when it turns non-empty: of the appends that follow an empty look of
   * the consumer, one runs {@code onNonEmpty} on its own thread, after its item is visible. What it
   * throws goes to the failure handler. Never waits. Rules Q11, G16.
   */
  <E> Queue<E> newQueue(QueueSpec spec, Action onNonEmpty);

  /**
   * Makes a daemon queue: with a thread of its own, or on the pool that the spec names. Never
   * waits.
   *
   * @throws IllegalStateException if its thread cannot be created; the cause is what the thread
   *     factory threw
   * @throws MisuseException if a live daemon queue has this name. Rules D2, D16, G14.
   */
  <E> DaemonQueue<E> newDaemonQueue(DaemonQueueSpec spec, Handler<? super E> handler);

  /**
   * Makes an unbounded daemon queue drained by the reclaimer, the system's own {@code
   * quern.reclaimer}: resources are handed to it to be freed off the hot path. Never waits.
   *
   * @throws MisuseException if a live daemon queue has this name. Rule D14.
   */
  <E> DaemonQueue<E> newReclaimer(String name, Handler<? super E> handler);

  /**
   * A handle of the live pool of that name as it is, else of a new one with the settings in force.
   * Close each handle. Never waits.
   *
   * @throws IllegalStateException if the pool's overseer cannot be started. Rules P1, P15.
   */
  ThreadPool threadPool(String name);

  /**
   * As {@link #threadPool(String)}, for a pool with these options.
   *
   * @throws MisuseException if the pool is live and an option set in the spec differs, or if a
   *     priority is asked for together with virtual threads. Rules P1, P2, P13, P15.
   */
  ThreadPool threadPool(ThreadPoolSpec spec);

  /**
   * A handle of a pool like that for each CPU; the pools are shared by name. Close it. Never waits.
   *
   * @throws IllegalArgumentException if the name leaves no room for the CPU's, as in {@code
   *     io-cpu3}
   * @throws MisuseException as {@link #threadPool(ThreadPoolSpec)}, or if a pool of such a name is
   *     live and was not made by this method
   * @throws IllegalStateException if the overseer of one cannot be started; then none is left.
   *     Rules P1, P12, P15.
   */
  CpuPools cpuPools(ThreadPoolSpec spec);

  /** Makes a task context. Names of contexts need not be unique. Never waits. Rules T1, G14. */
  TaskContext newTaskContext(String name);

  /** As {@link #newTaskContext(String)}, with options. Rules T1, T9. */
  TaskContext newTaskContext(TaskContextSpec spec);

  /**
   * Makes a work queue. Never waits.
   *
   * @throws MisuseException if a live work queue has this name. Rules W12, G14.
   */
  WorkQueue newWorkQueue(String name);

  /** As {@link #newWorkQueue(String)}, with options. Rules W12, G14. */
  WorkQueue newWorkQueue(WorkQueueSpec spec);

  /**
   * Makes a queue of keys, all handled by this handler. Never waits.
   *
   * @throws IllegalStateException if its overseer cannot be started; the cause is what the thread
   *     factory threw
   * @throws MisuseException if a live keyed work queue has this name. Rules W17, P15, G14.
   */
  <K> KeyedWorkQueue<K> newKeyedWorkQueue(KeyedWorkQueueSpec spec, KeyHandler<K> handler);

  /** A work queue that is there without being made. It may not be closed. Never waits. Rule W13. */
  WorkQueue systemQueue(SystemQueue which);

  /** This runtime's work item that runs on the calling thread, if any. Never waits. Rule W11. */
  Optional<Work> currentWork();

  /** This runtime's job that runs on the calling thread, if any. Never waits. Rule P16. */
  Optional<Job> currentJob();

  /**
   * A snapshot of what lives and runs, and of the settings in force with their sources. Never waits
   * long. Rules R3, R8.
   */
  Inspection inspect();

  /**
   * Closes all that this runtime made, dependents first, within {@code quern.close-limit}, and logs
   * what it had to leave. Waits, and is not interruptible. From inside a run of its own it is
   * misuse. Rules R7, G6, G19.
   */
  @Override
  void close();

  /**
   * As {@link #close()}, within the limit.
   *
   * @return the names of what was left unfinished: it was interrupted once and is not waited for
   *     again
   * @throws InterruptedException if interrupted while waiting; the closing goes on without waiting.
   *     Rules R7, G4.
   */
  List<String> close(Duration limit) throws InterruptedException;
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern;

/**
 * A thread pool for each CPU, so that what belongs together stays where its data is. After NetBSD's
 * per-CPU threadpool(9). Implemented by the runtime only.
 *
 * <p>CPUs are numbered from 0; there are as many as {@link Runtime#availableProcessors()} said when
 * the runtime was opened. The pool of CPU 3 of {@code "io"} is named {@code io-cpu3}, and is shared
 * by that name like any pool (rule P1); what is configured for {@code io} holds for all of them.
 *
 * <p>Where the module {@code quern-affinity} is present and the system lets it, each worker is
 * bound to its CPU ({@link #isBound()}). Elsewhere these are as many ordinary pools, over which
 * callers are spread. Threads that a bound worker's job starts by itself are bound like it.
 *
 * <p>{@code close()} closes this handle of all the pools.
 */
public interface CpuPools extends Primitive {
  /**
   * The pool of the CPU on which the caller runs now, if they are bound; else one chosen by the
   * calling thread, the same for that thread each time. Any thread; never waits. Rule P12.
   */
  ThreadPool local();

  /**
   * The pool of that CPU, the same object each time. It is closed with these pools. Any thread;
   * never waits.
   *
   * @throws IllegalArgumentException if there is no such CPU. Rules P12, G1.
   */
  ThreadPool remote(int cpu);

  /**
   * Whether workers are bound to their CPUs. False where nothing can bind them, for virtual
   * workers, and from the first time that the system refuses it. Any thread; never waits. Rule P12.
   */
  boolean isBound();
}

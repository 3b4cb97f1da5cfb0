// SPDX-License-Identifier: Apache-2.0
package dev.quern.spi;

/**
 * Binds threads to processors, for per-CPU pools (rule P12). Optional: found by {@link
 * java.util.ServiceLoader}, and made when a program first asks for such pools. CPUs are numbered
 * from 0, those alone that this process may use. Any thread; never waits.
 */
public interface CpuBinder {
  /** How many CPUs there are to bind to; 0 if nothing can be bound here. */
  int cpus();

  /** The CPU on which the calling thread runs now, or -1 if that is none of them, or unknown. */
  int current();

  /** Binds the calling thread to that CPU. False if it is refused; then nothing has changed. */
  boolean bind(int cpu);

  /** Lets the calling thread use all the CPUs again. */
  void release();
}

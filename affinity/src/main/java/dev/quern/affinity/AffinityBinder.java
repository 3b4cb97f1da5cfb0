// SPDX-License-Identifier: Apache-2.0
package dev.quern.affinity;

import dev.quern.spi.CpuBinder;
import java.util.BitSet;
import net.openhft.affinity.Affinity;

/**
 * Binds by the system's own call, through JNA. Whether that works here is tried once, when it is
 * made: containers may forbid it, and not every system has it.
 */
public final class AffinityBinder implements CpuBinder {
  private static final int[] NONE = {};

  /** By index, the number that the system gives to each CPU. */
  private final int[] cpus;

  /** For {@link java.util.ServiceLoader}. */
  public AffinityBinder() {
    this(AllowedCpus.ofThisProcess());
  }

  AffinityBinder(BitSet allowed) {
    int[] numbers = allowed.stream().toArray();
    this.cpus = numbers.length > 0 && binds(numbers[0]) ? numbers : NONE;
  }

  /** Binds the calling thread, and gives it back what it had. */
  private static boolean binds(int cpu) {
    try {
      BitSet before = Affinity.getAffinity();
      Affinity.setAffinity(before);
      try {
        Affinity.setAffinity(cpu);
        return Affinity.getAffinity().equals(of(cpu)) && Affinity.getCpu() == cpu;
      } finally {
        Affinity.setAffinity(before);
      }
    } catch (RuntimeException | LinkageError notHere) {
      return false;
    }
  }

  @Override
  public int cpus() {
    return cpus.length;
  }

  @Override
  public int current() {
    int number = Affinity.getCpu();
    for (int cpu = 0; cpu < cpus.length; cpu++) {
      if (cpus[cpu] == number) {
        return cpu;
      }
    }
    return -1;
  }

  @Override
  public boolean bind(int cpu) {
    try {
      Affinity.setAffinity(cpus[cpu]);
      return true;
    } catch (IllegalStateException refused) {
      return false;
    }
  }

  @Override
  public void release() {
    Affinity.setAffinity(of(cpus));
  }

  private static BitSet of(int... numbers) {
    BitSet set = new BitSet();
    for (int number : numbers) {
      set.set(number);
    }
    return set;
  }
}

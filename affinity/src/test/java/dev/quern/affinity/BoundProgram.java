// SPDX-License-Identifier: Apache-2.0
package dev.quern.affinity;

import dev.quern.CpuPools;
import dev.quern.Job;
import dev.quern.Quern;
import dev.quern.ThreadPoolSpec;
import java.util.concurrent.CompletableFuture;
import net.openhft.affinity.Affinity;

/** Says where the pools of its CPUs run; for a virtual machine of its own. */
public final class BoundProgram {
  private BoundProgram() {}

  /** Prints how many processors there are, whether they are bound, and the CPU of the last one. */
  public static void main(String[] arguments) throws Exception {
    int processors = Runtime.getRuntime().availableProcessors();
    try (Quern quern = Quern.open()) {
      CpuPools pools = quern.cpuPools(ThreadPoolSpec.named("io"));
      CompletableFuture<Integer> where = new CompletableFuture<>();
      Job job =
          pools.remote(processors - 1).newJob("where", () -> where.complete(Affinity.getCpu()));
      job.submit();
      System.out.println(processors + " " + pools.isBound() + " " + where.get());
    }
  }
}

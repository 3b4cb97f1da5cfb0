// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * The processor time that the whole virtual machine spent on an operation, all threads together:
 * {@code -prof dev.quern.benchmarks.CpuProfiler}, secondary result {@code cpu.norm}. Needs a fork
 * of its own, as every figure here does.
 */
public class CpuProfiler implements InternalProfiler {
  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private long before;

  @Override
  public String getDescription() {
    return "processor time an operation, all threads";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    before = system.getProcessCpuTime();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    long spent = system.getProcessCpuTime() - before;
    long operations = result.getMetadata().getAllOps();
    double each = operations == 0 ? Double.NaN : (double) spent / operations;
    return List.of(new ScalarResult("cpu.norm", each, "ns/op", AggregationPolicy.AVG));
  }
}

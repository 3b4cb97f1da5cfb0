// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.CpuPools;
import dev.quern.ThreadPool;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** A handle of the pool of each CPU (rule P12). */
final class CpuPoolHandles implements CpuPools {
  private final String name;
  private final List<PoolHandle> handles;
  private final CpuBinding binding;
  private final boolean virtual;

  CpuPoolHandles(String name, List<PoolHandle> handles, CpuBinding binding, boolean virtual) {
    this.name = name;
    this.handles = List.copyOf(handles);
    this.binding = binding;
    this.virtual = virtual;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public ThreadPool local() {
    int cpu = virtual ? -1 : binding.current();
    return handles.get(cpu >= 0 ? cpu : ofThread());
  }

  /**
   * Threads made one after the other come far apart: their numbers are spread by the golden ratio.
   */
  private int ofThread() {
    long mixed = Thread.currentThread().getId() * 0x9E3779B97F4A7C15L;
    return (int) ((mixed >>> 33) * handles.size() >>> 31);
  }

  @Override
  public ThreadPool remote(int cpu) {
    if (cpu < 0 || cpu >= handles.size()) {
      throw new IllegalArgumentException(
          "cpu is " + cpu + ", must be from 0 to " + (handles.size() - 1));
    }
    return handles.get(cpu);
  }

  @Override
  public boolean isBound() {
    return !virtual && binding.isBound();
  }

  @Override
  public boolean isClosed() {
    return handles.stream().allMatch(PoolHandle::isClosed);
  }

  @Override
  public void close() {
    beginClose();
    handles.forEach(PoolHandle::close);
  }

  @Override
  public List<String> close(Duration limit) throws InterruptedException {
    Objects.requireNonNull(limit, "limit");
    Deadline deadline = new Deadline(limit);
    beginClose();
    Set<String> left = new LinkedHashSet<>();
    for (PoolHandle handle : handles) {
      left.addAll(handle.close(deadline.remaining()));
    }
    return List.copyOf(left);
  }

  /** All of them are told, or none. */
  private void beginClose() {
    handles.forEach(PoolHandle::requireOutside);
    handles.forEach(SharedPools::beginClose);
  }

  @Override
  public String toString() {
    return "thread pools of CPUs \"" + name + "\"" + (isClosed() ? " CLOSED" : " OPEN");
  }
}

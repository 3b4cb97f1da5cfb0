// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.programs;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Quern;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Many tenants on one thread: a greedy one gets a batch, then the others have their turn. */
public final class Tenants implements AutoCloseable {
  private static final int BATCH = 16;

  private final DaemonQueue<Runnable> root;
  private final Map<String, DaemonQueue<Runnable>> tenants = new LinkedHashMap<>();

  public Tenants(Quern quern, List<String> names, int capacity) {
    Handler<Runnable> run = Runnable::run;
    root = quern.newDaemonQueue(DaemonQueueSpec.unbounded("tenants"), run);
    for (String name : names) {
      tenants.put(
          name,
          root.newChild(DaemonQueueSpec.bounded("tenant-" + name, capacity).maxBatch(BATCH), run));
    }
  }

  /** False when this tenant has too much waiting; the others don't notice. */
  public boolean accept(String tenant, Runnable request) {
    return of(tenant).offer(request);
  }

  /** On the one thread: no tenant's code runs beside it. */
  public void maintenance(Runnable body) {
    root.add(body);
  }

  /** Keeps the tenant's requests, and runs none. */
  public void suspend(String tenant) {
    of(tenant).pause();
  }

  public void resume(String tenant) {
    of(tenant).resume();
  }

  private DaemonQueue<Runnable> of(String tenant) {
    DaemonQueue<Runnable> queue = tenants.get(tenant);
    if (queue == null) {
      throw new IllegalArgumentException("no tenant " + tenant);
    }
    return queue;
  }

  /** All that was accepted has run when this returns. */
  @Override
  public void close() {
    tenants.values().forEach(DaemonQueue::close);
    root.close();
  }
}

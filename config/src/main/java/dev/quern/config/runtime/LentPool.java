// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.Action;
import dev.quern.Job;
import dev.quern.ThreadPool;
import dev.quern.spi.OwnCode;
import dev.quern.spi.Pool;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A primitive's handle of a shared pool. */
final class LentPool implements Pool {
  private final SharedPool shared;
  private final SharedPools pools;
  private final ThreadPool pool;
  private final AtomicBoolean closed = new AtomicBoolean();

  LentPool(SharedPool shared, SharedPools pools) {
    this.shared = shared;
    this.pools = pools;
    this.pool = shared.pool();
    shared.add(this);
  }

  String name() {
    return shared.name();
  }

  @Override
  public Job newJob(String name, Action body) {
    OwnCode own = body::run;
    return pool.newJob(name, own);
  }

  @Override
  public boolean holdsCaller() {
    return shared.isInsideOnlyWorker();
  }

  @Override
  public boolean threadNames() {
    return shared.threadNames();
  }

  @Override
  public boolean clearsThreadLocals() {
    return shared.clearsThreadLocals();
  }

  @Override
  public void whenBroken(Consumer<Throwable> listener) {
    shared.whenBroken(this, listener);
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    shared.forget(this);
    shared.remove(this);
    if (!pools.release(shared)) {
      return;
    }
    if (shared.isInside()) {
      pools.endElsewhere(pool);
    } else {
      SharedPools.beginClose(pool);
    }
  }

  @Override
  public String toString() {
    return pool.toString();
  }
}

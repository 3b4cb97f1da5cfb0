// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.Action;
import dev.quern.Job;
import dev.quern.ThreadPool;
import dev.quern.spi.OwnCode;
import dev.quern.spi.Pool;
import java.lang.ref.ReferenceQueue;
import java.util.function.Consumer;

/**
 * A primitive's handle of a shared pool. It counts until it is closed or nobody has it any more,
 * nor a job made through it.
 */
final class LentPool implements Pool {
  private final SharedPool shared;
  private final SharedPools pools;
  private final ThreadPool pool;
  private final Loan loan;

  LentPool(SharedPool shared, SharedPools pools, ReferenceQueue<LentPool> dropped) {
    this.shared = shared;
    this.pools = pools;
    this.pool = shared.pool();
    this.loan = new Loan(this, shared, dropped);
    shared.add(loan);
  }

  String name() {
    return shared.name();
  }

  @Override
  public Job newJob(String name, Action body) {
    return pool.newJob(name, new Code(body, this));
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
    shared.forget(this);
    pools.giveBack(loan);
  }

  @Override
  public String toString() {
    return pool.toString();
  }

  /** Keeps the handle for who has only the job. */
  private record Code(Action body, LentPool handle) implements OwnCode {
    @Override
    public void run() throws Exception {
      body.run();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.MisuseException;
import dev.quern.spi.Pool;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where the workers of a view come from (rule P17): each is a job of the base, its carrier. There
 * is no overseer: whoever prods does the overseer's step, one thread at a time.
 *
 * <pre>
 *   prod     prods + 1; if it was 0: step, until prods is what it was before the step; then 0
 *   step     a job waits, nobody searches, the bound and no pause forbid: submit a carrier
 *            broken: drop the line; closed and nobody there: seal the line, give the base back
 *   worker   finds nothing, or a pause: GONE, live - 1, prod
 * </pre>
 *
 * <p>No prod is lost: who finds prods above 0 leaves it to the one who steps, whose last CAS fails,
 * so that it steps once more. The rest is the protocol of {@link PoolStaff}, with an idle limit of
 * nothing: append, then prod; leave, then prod; resume, then prod; and a step after each.
 *
 * <p>A carrier is one job, used again, so it is on one worker of the base at a time: a worker that
 * has left and is submitted again comes after its own last steps. There are never more workers than
 * the bound, since a place is filled anew only when none is GONE. So the view occupies no more of
 * the base than that, at no instant, and the base starts no more threads for it.
 *
 * <p>A carrier that the base does not take: it is broken, of which we are told; or it closes, since
 * the runtime does, and then those who are there serve all that is in line.
 *
 * <p>Progress: prod is lock-free, but who steps does it for all; one held up delays new workers, as
 * a held-up overseer does.
 */
final class LentWorkers implements WorkerSource {
  private final LockfreeThreadPool pool;
  private final Pool base;
  private final int maxActive;
  private final AtomicInteger live = new AtomicInteger();
  private final AtomicInteger prods = new AtomicInteger();
  private final Pauses pauses = new Pauses();
  private volatile boolean baseBroken;
  private boolean over; // of who steps

  LentWorkers(LockfreeThreadPool pool, Pool base, int maxActive) {
    this.pool = pool;
    this.base = base;
    this.maxActive = maxActive;
  }

  Pool base() {
    return base;
  }

  Pauses pauses() {
    return pauses;
  }

  /** The base tells us if it breaks. */
  @Override
  public void start() {
    base.whenBroken(
        cause -> {
          baseBroken = true;
          pool.broke(cause);
        });
  }

  // ---- Any thread

  @Override
  public boolean isCaller() {
    return false;
  }

  @Override
  public int maxThreads() {
    return maxActive;
  }

  @Override
  public boolean isExclusive() {
    return maxActive == 1;
  }

  @Override
  public boolean mayStart() {
    return live.get() < maxActive;
  }

  @Override
  public boolean isProdded() {
    return prods.get() != 0;
  }

  @Override
  public void prod() {
    if (prods.getAndIncrement() != 0) {
      return;
    }
    int seen;
    do {
      seen = prods.get();
      step();
    } while (!prods.compareAndSet(seen, 0));
  }

  @Override
  public void awaitEnd() {}

  // ---- A worker

  @Override
  public boolean isLent() {
    return true;
  }

  @Override
  public boolean isPaused() {
    return pauses.isPaused();
  }

  @Override
  public void left(Thread worker) {
    live.decrementAndGet();
    prod();
  }

  // ---- Who steps

  private void step() {
    try {
      if (pool.isBroken()) {
        reap();
        pool.dropLine();
      } else if (looks()) {
        hire();
      }
      if (!over && pool.isClosing()) {
        finish();
      }
    } catch (Throwable broken) {
      pool.broke(broken);
    }
  }

  @Override
  public boolean looks() {
    PoolStaff staff = pool.staff;
    return !pauses.isPaused() && mayStart() && !staff.line.isEmpty() && !staff.someoneComes();
  }

  private void hire() {
    PoolWorker worker = pool.newWorker();
    live.incrementAndGet();
    boolean comes = false;
    try {
      worker.carrier().submit();
      comes = true;
    } catch (ClosedException closed) {
      if (live.get() == 1 && !baseBroken) {
        pool.broke(closed); // nobody is there who would serve what is in line
      }
    } finally {
      if (!comes) {
        worker.leaves();
        live.decrementAndGet();
      }
    }
  }

  /**
   * Carriers that the base has not begun are taken back. One that it had begun as it broke may come
   * yet, or never: it finds us broken, too, so it is counted out, twice perhaps.
   */
  private void reap() {
    pool.staff.forEachWorker(
        worker -> {
          if (worker.state() == WorkerState.SEARCHING
              && (worker.carrier().cancel() != Cancellation.RUNNING
                  || (baseBroken && !worker.isHere()))) {
            worker.leaves();
            live.decrementAndGet();
          }
        });
  }

  /** Whoever searches is not needed any more, so strangers' jobs in the base hold up no close. */
  private void finish() {
    PoolLine line = pool.staff.line;
    boolean sealed = false;
    line.enter();
    try {
      line.passStale();
      if (line.isEmpty()) {
        reap();
        sealed = live.get() <= 0 && line.seal();
      }
    } finally {
      line.exit(); // workers wait for it, so there is nobody to be told
    }
    if (sealed) {
      over = true;
      end();
    }
  }

  /** Nothing waits, nobody is there, and the line is sealed. Waits for nothing. */
  private void end() {
    try {
      pool.staff.forEachWorker(LentWorkers::release);
      base.close();
    } finally {
      pool.ended();
    }
  }

  /** Its last body may be leaving yet. */
  private static void release(PoolWorker worker) {
    try {
      worker.carrier().close(Duration.ZERO);
    } catch (MisuseException insideTheOnlyWorker) {
      // the caller's own job is another one of the base; this one is idle
    } catch (InterruptedException impossible) {
      Thread.currentThread().interrupt(); // one look is not interrupted
    }
  }

  @Override
  public void awaitLast() {}
}

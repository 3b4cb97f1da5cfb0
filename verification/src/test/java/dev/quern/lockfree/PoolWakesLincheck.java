// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ClosedException;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.ThreadPoolSpec;
import dev.quern.spi.Alarm;
import dev.quern.spi.Host;
import dev.quern.spi.Managed;
import dev.quern.spi.Parker;
import dev.quern.spi.Pool;
import dev.quern.spi.Target;
import dev.quern.spi.Views;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongUnaryOperator;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** No job waits for ever while a worker idles: rules P3 and P9, on the pool's own classes. */
public class PoolWakesLincheck {
  @Test
  public void aJobSubmittedWhileAWorkerTurnsIdleRuns() {
    Interleavings.of(OneJob.class).thread("work").thread("submit").check(300);
  }

  @Test
  public void twoJobsOfTwoSubmittersRun() {
    Interleavings.of(TwoJobs.class)
        .thread("work")
        .thread("submit")
        .thread("submitOther")
        .check(300);
  }

  @Test
  public void aJobInTheRunOfABlockedWorkerIsStolen() {
    Interleavings.of(Blocking.class)
        .thread("work")
        .thread("workToo")
        .thread("submit", "submitOther")
        .check(300);
  }

  @Test
  public void aJobThatRacesWithTheEndOfItsWorkerRunsOrHasTheOverseerLook() {
    Interleavings.of(Leaving.class).thread("work").thread("submit").check(300);
  }

  @Test
  public void theOverseerLooksAgainWhenASearcherTurnsBusy() {
    Interleavings.of(Searching.class).thread("work").thread("look").check(300);
  }

  @Test
  public void theOverseerIsToldOfAJobThatComesDuringItsLook() {
    Interleavings.of(Looking.class).thread("look").thread("submit").check(500);
  }

  @Test
  public void aSubmissionThatRacesWithTheSealHasAPlaceOrThrows() {
    Interleavings.of(Sealing.class).thread("submit").thread("submitToo").thread("seal").check(1000);
  }

  /** The check itself: a worker that looks before it pushes itself sleeps for ever. */
  @Test
  public void aWorkerThatLooksFirstIsFound() {
    assertThrows(
        LincheckAssertionError.class,
        () -> Interleavings.of(LooksFirst.class).thread("work").thread("submit").check(1000));
  }

  /** A pool whose threads are the test's. */
  private abstract static class Steps implements Host {
    private final Parker parker = new MonitorParker();
    final LockfreeThreadPool pool =
        new LockfreeThreadPool(this, spec(), LockfreeThreadPool.Use.USERS);
    final AtomicInteger ran = new AtomicInteger();

    /** Each look at the clock is a second later than the one before. */
    volatile boolean clockRuns;

    private final AtomicInteger clock = new AtomicInteger();

    ThreadPoolSpec spec() {
      return ThreadPoolSpec.named("pool").maxRun(4).maxThreads(2).idleLimit(Duration.ofMillis(1));
    }

    PoolWorker newWorker() {
      return pool.newWorker();
    }

    /** The last body, so that the workers leave. */
    void over() {
      pool.broke(new Error("over"));
    }

    @Override
    public Parker parker() {
      return parker;
    }

    @Override
    public long nanoTime() {
      return clockRuns ? clock.incrementAndGet() * 1_000_000_000L : 0;
    }

    @Override
    public Thread startThread(
        String name, int priority, boolean virtual, @Nullable ClassLoader loader, Runnable body) {
      return Thread.currentThread();
    }

    @Override
    public Alarm newAlarm(LongUnaryOperator expire) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean checks() {
      return true;
    }

    @Override
    public void failed(Kind kind, String primitive, @Nullable String item, Throwable cause) {}

    @Override
    public void log(System.Logger.Level level, String message, @Nullable Throwable cause) {}

    @Override
    public Pool lendPool(@Nullable String name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Views views() {
      throw new UnsupportedOperationException();
    }

    @Override
    public <C> DaemonQueue<C> newChild(
        Target target, DaemonQueueSpec spec, Handler<? super C> handler) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void ended(Managed primitive) {}
  }

  /** One worker, one job. */
  public static class OneJob extends Steps {
    private final PoolWorker worker = newWorker();
    private final Job job = pool.newJob("job", this::body);

    private void body() {
      ran.incrementAndGet();
      over();
    }

    public void work() {
      worker.run();
    }

    public void submit() {
      job.submit();
    }

    @Validate
    public void validate() {
      assertEquals(1, ran.get());
    }
  }

  /** One worker, two jobs. */
  public static class TwoJobs extends Steps {
    private final PoolWorker worker = newWorker();
    private final Job job = pool.newJob("job", this::body);
    private final Job other = pool.newJob("other", this::body);

    private void body() {
      if (ran.incrementAndGet() == 2) {
        over();
      }
    }

    public void work() {
      worker.run();
    }

    public void submit() {
      job.submit();
    }

    public void submitOther() {
      other.submit();
    }

    @Validate
    public void validate() {
      assertEquals(2, ran.get());
    }
  }

  /** Two workers; the body of the first job waits for the second job. */
  public static class Blocking extends Steps {
    private final PoolWorker worker = newWorker();
    private final PoolWorker second = newWorker();
    private final Job job = pool.newJob("job", this::body);
    private final Job other = pool.newJob("other", this::otherBody);
    private volatile boolean otherRan;
    private volatile @Nullable Thread blocked;

    private void body() {
      blocked = Thread.currentThread();
      while (!otherRan) {
        parker().park(this);
      }
      ran.incrementAndGet();
      over();
    }

    private void otherBody() {
      ran.incrementAndGet();
      otherRan = true;
      Thread waits = blocked;
      if (waits != null) {
        parker().unpark(waits);
      }
    }

    public void work() {
      worker.run();
    }

    public void workToo() {
      second.run();
    }

    public void submit() {
      job.submit();
    }

    public void submitOther() {
      other.submit();
    }

    @Validate
    public void validate() {
      assertEquals(2, ran.get());
    }
  }

  /** A worker that leaves as soon as it finds nothing. */
  public static class Leaving extends Steps {
    private final PoolWorker worker = newWorker();
    private final Job job = pool.newJob("job", ran::incrementAndGet);

    public Leaving() {
      clockRuns = true;
    }

    public void work() {
      worker.run();
    }

    public void submit() {
      job.submit();
    }

    @Validate
    public void validate() {
      if (ran.get() == 0) {
        assertTrue(pool.overseer.isProdded(), "the overseer sleeps");
        assertTrue(pool.overseer.looks(), "the overseer would not start a worker");
      }
    }
  }

  /** Two jobs wait; the overseer looks once, while a worker takes the first. */
  public static class Searching extends Steps {
    private final PoolWorker worker = newWorker();
    private final Job job = pool.newJob("job", this::body);
    private final Job other = pool.newJob("other", ran::incrementAndGet);
    private volatile boolean prodded;
    private volatile boolean starts;
    private volatile boolean looked;
    private volatile @Nullable Thread blocked;

    public Searching() {
      job.submit();
      other.submit();
    }

    /** Lasts until the overseer has looked, and ends before the other begins. */
    private void body() {
      blocked = Thread.currentThread();
      while (!looked) {
        parker().park(this);
      }
      prodded = pool.overseer.isProdded();
      over();
    }

    public void work() {
      worker.run();
    }

    public void look() {
      starts = pool.overseer.looks();
      looked = true;
      Thread waits = blocked;
      if (waits != null) {
        parker().unpark(waits);
      }
    }

    @Validate
    public void validate() {
      assertTrue(prodded || starts, "a job waits behind a body, and nobody comes");
    }
  }

  /** No worker yet; the overseer looks once. */
  public static class Looking extends Steps {
    private final Job job = pool.newJob("job", ran::incrementAndGet);
    private volatile boolean starts;

    public void look() {
      starts = pool.overseer.looks();
    }

    public void submit() {
      job.submit();
    }

    @Validate
    public void validate() {
      assertTrue(starts || pool.overseer.isProdded(), "a job waits, and the overseer parks");
    }
  }

  /** Two submit one job while the overseer seals the line. */
  public static class Sealing extends Steps {
    private final LockfreeJob job = (LockfreeJob) pool.newJob("job", ran::incrementAndGet);
    private final AtomicInteger accepted = new AtomicInteger();

    public void submit() {
      try {
        job.submit();
        accepted.incrementAndGet();
      } catch (ClosedException sealed) {
        // the other answer
      }
    }

    public void submitToo() {
      submit();
    }

    public void seal() {
      pool.staff.line.seal();
    }

    @Validate
    public void validate() {
      int served = 0;
      for (LineNode node; (node = pool.staff.line.poll()) != null; ) {
        served += job.begin(node) ? 1 : 0;
      }
      assertEquals(accepted.get() > 0 ? 1 : 0, served, "runs, of " + accepted + " accepted");
      assertEquals(accepted.get() == 0, job.isReleased(), "released");
    }
  }

  /** A worker that looks at the line, then pushes itself and parks. */
  public static class LooksFirst {
    private final Parker parker = new MonitorParker();
    private final PoolLine line = new PoolLine(parker);
    private final IdleStack<WorkerState> idle = new IdleStack<>();
    private final WorkerState worker = idle.add(old -> new WorkerState());
    private final JobState job = new JobState();
    private final LineNode place = job.place(job.ask());
    private volatile @Nullable Thread thread;

    public void work() {
      thread = Thread.currentThread();
      while (line.isEmpty()) {
        idle.push(worker);
        while (worker.isIdle()) {
          parker.park(this);
        }
      }
    }

    public void submit() {
      line.append(place);
      if (idle.pop() != null) {
        Thread sleeper = thread;
        assertTrue(sleeper != null);
        parker.unpark(sleeper);
      }
    }
  }
}

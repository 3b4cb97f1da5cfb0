// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.Failure;
import dev.quern.FailureHandler;
import dev.quern.Kind;
import dev.quern.WaitCycle;
import dev.quern.config.runtime.Registry.Member;
import dev.quern.spi.Managed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which waits count, look by look: one worker that waits for what stands behind it. */
class WaitCyclesTest {
  private final List<WaitCycle> reported = new ArrayList<>();
  private final Registry registry = new Registry();
  private final WaitCycles cycles =
      new WaitCycles(
          registry,
          new Failures(
              Optional.of(
                  new FailureHandler() {
                    @Override
                    public void failed(Failure failure) {
                      throw new AssertionError("reported " + failure);
                    }

                    @Override
                    public void deadlocked(WaitCycle cycle) {
                      reported.add(cycle);
                    }
                  }),
              new Log(System.getLogger("test"))));
  private final Worker worker = new Worker();
  private final Executor executor = new Executor();

  WaitCyclesTest() {
    executor.runs = List.of(new Managed.Run("running", worker.thread, 0, 1, "running"));
    registry.add(executor, new Member(Kind.WORK_QUEUE, "q", false, 0, "p", List.of()));
  }

  /** Waits when it is told to, until it is told that this is over. */
  private final class Worker {
    private final LinkedBlockingQueue<Runnable> orders = new LinkedBlockingQueue<>();
    private volatile boolean blocked;
    private volatile boolean inside;
    private volatile boolean ended;
    private final Thread thread = new Thread(this::run, "q-worker");

    Worker() {
      thread.setDaemon(true);
      thread.start();
    }

    private void run() {
      while (!ended) {
        try {
          orders.take().run();
        } catch (InterruptedException e) {
          return;
        }
      }
    }

    void waitFor(Object subject) {
      blocked = true;
      inside = true;
      orders.add(
          () -> {
            cycles.begin(Kind.WORK_QUEUE, "q", "behind", subject);
            while (blocked) {
              LockSupport.park();
            }
            cycles.end();
            inside = false;
          });
      awaitParked();
    }

    void goOn() {
      blocked = false;
      LockSupport.unpark(thread);
      while (inside) {
        Thread.onSpinWait();
      }
    }

    private void awaitParked() {
      while (!orders.isEmpty() || LockSupport.getBlocker(thread) != null || !isWaiting()) {
        Thread.yield(); // it parks without a blocker in a wait, and with one for orders
      }
    }

    private boolean isWaiting() {
      return thread.getState() == Thread.State.WAITING;
    }
  }

  private static final class Executor implements Managed {
    private volatile int bound = 1;
    private volatile List<Run> runs = List.of();

    @Override
    public boolean holdsCaller() {
      return false;
    }

    @Override
    public Counts counts() {
      return new Counts(0, List.of(), 0, 0, 0, 0, 0);
    }

    @Override
    public void interruptRuns() {}

    @Override
    public List<Run> runs() {
      return runs;
    }

    @Override
    public int maxRuns() {
      return bound;
    }
  }

  @AfterEach
  void endWorker() {
    worker.ended = true;
    worker.goOn();
    worker.thread.interrupt();
  }

  @Test
  void aWaitCountsFromTheSecondLookThatFindsIt() {
    worker.waitFor("behind");
    cycles.look();
    assertEquals(0, reported.size());
    cycles.look();
    assertEquals(1, reported.size());
    cycles.look();
    assertEquals(1, reported.size(), "once");
  }

  @Test
  void anotherWaitOfTheSameThreadIsAnotherOne() {
    worker.waitFor("behind");
    cycles.look();
    worker.goOn();
    worker.waitFor("behind");
    cycles.look();
    assertEquals(0, reported.size());
  }

  @Test
  void aFreeWorkerWouldCome() {
    executor.bound = 2;
    worker.waitFor("behind");
    cycles.look();
    cycles.look();
    assertEquals(0, reported.size());
  }

  @Test
  void whatRunsElsewhereGoesOn() {
    executor.runs =
        List.of(
            new Managed.Run("running", worker.thread, 0, 1, "running"),
            new Managed.Run("behind", Thread.currentThread(), 0, 2, "behind"));
    worker.waitFor("behind");
    cycles.look();
    cycles.look();
    assertEquals(0, reported.size());
  }

  @Test
  void ofTwoExecutorsOfOneNameNothingIsKnown() {
    registry.add(new Executor(), new Member(Kind.WORK_QUEUE, "q", false, 0, "p", List.of()));
    worker.waitFor("behind");
    cycles.look();
    cycles.look();
    assertEquals(0, reported.size());
  }

  @Test
  void whoWaitsAndRunsNothingIsNoWorker() {
    executor.runs = List.of();
    executor.bound = 0;
    worker.waitFor("behind");
    cycles.look();
    cycles.look();
    assertEquals(0, reported.size());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.Failure;
import dev.quern.FailureHandler;
import dev.quern.Kind;
import dev.quern.WaitCycle;
import dev.quern.WaitCycle.Link;
import dev.quern.config.runtime.Registry.Member;
import dev.quern.spi.Managed;
import dev.quern.spi.WaitWatch.Awaited;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which waits count, look by look, and which of those who wait are told of. */
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
  private final Worker worker = new Worker("q-worker");
  private final Executor executor = new Executor();

  WaitCyclesTest() {
    executor.runs = List.of(new Managed.Run("running", worker.thread, 0, 1, "running"));
    registry.add(executor, new Member(Kind.WORK_QUEUE, "q", false, 0, "p", List.of(), 1));
  }

  /** Waits when it is told to, until it is told that this is over. */
  private final class Worker {
    private final LinkedBlockingQueue<Runnable> orders = new LinkedBlockingQueue<>();
    private volatile boolean blocked;
    private volatile boolean over;
    private volatile boolean inside;
    private volatile boolean ended;
    private final Thread thread;

    Worker(String name) {
      thread = new Thread(this::run, name);
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

    /** For something of the queue "q". */
    void waitFor(Object subject) {
      waitFor("q", subject::equals);
    }

    void waitFor(String queue, Predicate<Object> needs) {
      blocked = true;
      inside = true;
      over = false;
      orders.add(
          () -> {
            cycles.begin(Kind.WORK_QUEUE, queue, "awaited", awaited(needs));
            while (blocked) {
              LockSupport.park();
            }
            cycles.end();
            inside = false;
          });
      awaitParked();
    }

    private Awaited awaited(Predicate<Object> needs) {
      return new Awaited() {
        @Override
        public boolean isOver() {
          return over;
        }

        @Override
        public boolean needs(Object subject) {
          return needs.test(subject);
        }
      };
    }

    /** It may go on, but no processor has come to it yet. */
    void mayGoOn() {
      over = true;
    }

    void goOn() {
      blocked = false;
      LockSupport.unpark(thread);
      while (inside) {
        Thread.onSpinWait();
      }
    }

    void end() {
      ended = true;
      goOn();
      thread.interrupt();
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
    worker.end();
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
    registry.add(new Executor(), new Member(Kind.WORK_QUEUE, "q", false, 0, "p", List.of(), 1));
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

  @Test
  void whoMayGoOnAndHasNotComeToItIsNotStuck() {
    worker.waitFor("behind");
    cycles.look();
    worker.mayGoOn();
    cycles.look();
    assertEquals(0, reported.size());
  }

  @Test
  void ofSeveralRunsThatAreNeededOneThatIsStuckIsEnough() {
    Crowd crowd = new Crowd("a", "b");
    crowd.waits("a", "b"::equals);
    crowd.waits("b", item -> true); // the whole: also for "test", which is not stuck
    assertEquals(List.of(Set.of("a", "b")), crowd.knots());
    crowd.end();
  }

  @Test
  void whoNeedsSeveralRunsOfWhichNoneIsStuckIsNotStuckEither() {
    Crowd crowd = new Crowd("a", "b", "c");
    crowd.waits("a", "b"::equals);
    crowd.waits("b", "test"::equals);
    crowd.waits("c", item -> item.equals("a") || item.equals("b"));
    assertEquals(List.of(), crowd.knots());
    crowd.end();
  }

  @Test
  void knotsOfWhichOneHoldsUpTheOtherAreToldOfEachForItself() {
    Crowd crowd = new Crowd("a", "b", "c", "d", "victim");
    crowd.waits("a", item -> item.equals("b") || item.equals("c"));
    crowd.waits("b", "a"::equals);
    crowd.waits("c", "d"::equals);
    crowd.waits("d", "c"::equals);
    crowd.waits("victim", "a"::equals);
    assertEquals(Set.of(Set.of("a", "b"), Set.of("c", "d")), Set.copyOf(crowd.knots()));
    crowd.end();
  }

  @Test
  void aKnotIsToldOfAlsoIfItHoldsUpOneThatWasToldOf() {
    Crowd crowd = new Crowd("a", "b", "c", "d");
    crowd.waits("a", item -> item.equals("b") || item.equals("c"));
    crowd.waits("b", "a"::equals);
    assertEquals(List.of(Set.of("a", "b")), crowd.knots());
    crowd.waits("c", "d"::equals);
    crowd.waits("d", "c"::equals);
    assertEquals(List.of(Set.of("a", "b"), Set.of("c", "d")), crowd.knots());
    crowd.end();
  }

  /** Runs of a queue with room for more, one for each name, and one of this thread, "test". */
  private final class Crowd {
    private final Map<String, Worker> workers = new LinkedHashMap<>();

    Crowd(String... names) {
      Executor queue = new Executor();
      List<Managed.Run> runs = new ArrayList<>();
      runs.add(new Managed.Run("test", Thread.currentThread(), 0, 0, "test"));
      for (String name : names) {
        Worker one = new Worker(name);
        workers.put(name, one);
        runs.add(new Managed.Run(name, one.thread, 0, runs.size(), name));
      }
      queue.bound = 10;
      queue.runs = runs;
      registry.add(queue, new Member(Kind.WORK_QUEUE, "crowd", false, 0, "p", List.of(), 1));
    }

    void waits(String name, Predicate<Object> needs) {
      Objects.requireNonNull(workers.get(name)).waitFor("crowd", needs);
    }

    /** The threads of what was reported, after two more looks. */
    List<Set<String>> knots() {
      cycles.look();
      cycles.look();
      return reported.stream()
          .map(cycle -> cycle.links().stream().map(Link::thread).collect(Collectors.toSet()))
          .toList();
    }

    void end() {
      workers.values().forEach(Worker::end);
    }
  }
}

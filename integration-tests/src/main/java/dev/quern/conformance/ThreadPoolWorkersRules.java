// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Job;
import dev.quern.MisuseException;
import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** How many workers there are, and for how long (P9, P10, P13). */
public class ThreadPoolWorkersRules {
  @Conformance
  @Rule("P9")
  void idleWorkersEndAndTheNextJobHasANewOne(Scene scene) throws Exception {
    ThreadPool pool =
        scene.quern().threadPool(ThreadPoolSpec.named("pool").idleLimit(Duration.ofMillis(10)));
    List<Stage> stages = List.of(new Stage(pool), new Stage(pool), new Stage(pool));
    for (Stage stage : stages) {
      stage.enter();
    }
    for (Stage stage : stages) {
      stage.leave(scene);
    }
    for (Stage stage : stages) {
      scene.eventually("an idle worker ends", () -> !stage.worker().isAlive());
    }
    long live = scene.probe().threads().stream().filter(Thread::isAlive).count();
    assertTrue(live <= 1, "with no work it keeps no worker, at most an overseer");
    Stage again = new Stage(pool);
    again.enter();
    assertNotSame(stages.get(0).worker(), again.worker());
    again.leave(scene);
  }

  @Conformance
  @Rule("P9")
  void theMostRecentlyIdleWorkerIsUsedFirst(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool("pool");
    Stage a = new Stage(pool);
    Stage b = new Stage(pool);
    Stage c = new Stage(pool);
    for (Stage stage : List.of(a, b, c)) {
      stage.enter();
    }
    Thread first = a.worker();
    Thread second = b.worker();
    Thread third = c.worker();
    a.leave(scene);
    c.leave(scene);
    b.leave(scene);
    a.enter();
    b.enter();
    c.enter();
    assertEquals(List.of(second, third, first), List.of(a.worker(), b.worker(), c.worker()));
    b.leave(scene);
    b.enter();
    assertSame(third, b.worker());
    List.of(a, b, c).forEach(stage -> stage.leave(scene));
  }

  @Conformance
  @Rule("P9")
  void aPoolShrinksToWhatItNeeds(Scene scene) throws Exception {
    ThreadPool pool =
        scene.quern().threadPool(ThreadPoolSpec.named("pool").idleLimit(Duration.ofMillis(60)));
    List<Stage> stages = List.of(new Stage(pool), new Stage(pool), new Stage(pool));
    for (Stage stage : stages) {
      stage.enter();
    }
    List<Thread> workers = stages.stream().map(Stage::worker).toList();
    for (Stage stage : stages) {
      stage.leave(scene);
    }
    Semaphore ran = new Semaphore(0);
    Job needed = pool.newJob("needed", () -> ran.release());
    scene.eventually(
        "two workers end although the pool is in use",
        () -> {
          needed.submit();
          ran.acquireUninterruptibly();
          return workers.stream().filter(Thread::isAlive).count() <= 1;
        });
  }

  @Conformance
  @Rule("P9")
  void aJobThatRacesWithTheEndOfItsWorkerRuns(Scene scene) throws Exception {
    ThreadPool pool =
        scene
            .quern()
            .threadPool(
                ThreadPoolSpec.named("pool").maxThreads(1).idleLimit(Duration.ofNanos(100_000)));
    Semaphore ran = new Semaphore(0);
    Job job = pool.newJob("job", () -> ran.release());
    for (int i = 0; i < scene.times(400); i++) {
      assertEquals(Submission.QUEUED, job.submit());
      ran.acquire();
      job.cancelAndWait();
      LockSupport.parkNanos(scene.random().nextInt(250_000)); // to come near the worker's end
    }
  }

  @Conformance
  @Rule("P10")
  void whileNoWorkerCanBeStartedJobsKeepTheirPlaceAndOneLineIsLogged(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(1));
    scene.probe().failThreadStarts(Integer.MAX_VALUE);
    int starts = scene.probe().threadStarts();
    int lines = scene.probe().logged().size();
    List<String> ran = new ArrayList<>();
    Job a = pool.newJob("a", () -> ran.add("a"));
    Job b = pool.newJob("b", () -> ran.add("b"));
    assertEquals(Submission.QUEUED, a.submit());
    scene.eventually("a worker is asked for", () -> scene.probe().threadStarts() > starts);
    assertEquals(Submission.QUEUED, b.submit());
    assertEquals(Submission.COALESCED, a.submit());
    scene.eventually("it tries again", () -> scene.probe().threadStarts() > starts + 1);
    assertEquals(List.of(), ran);
    scene.probe().allowThreadStarts();
    pool.close();
    assertEquals(List.of("a", "b"), ran);
    List<Probe.Logged> logged =
        scene.probe().logged().stream()
            .skip(lines)
            .filter(line -> line.level().getSeverity() >= System.Logger.Level.WARNING.getSeverity())
            .filter(line -> line.message().contains("pool"))
            .toList();
    assertEquals(1, logged.size(), logged::toString);
  }

  @Conformance
  @Rule("P10")
  void anOutageIsSurvivedWhateverItsReason(Scene scene) throws Exception {
    List<Throwable> reasons =
        List.of(
            new OutOfMemoryError("planned"),
            new IllegalStateException("planned"),
            new Exception("planned"),
            new StackOverflowError("planned"));
    List<ThreadPool> pools = new ArrayList<>();
    for (int i = 0; i < reasons.size(); i++) {
      pools.add(scene.quern().threadPool("pool" + i));
    }
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < reasons.size(); i++) {
      scene.probe().failThreadStarts(1, reasons.get(i));
      int before = scene.probe().threadStarts();
      Job job = pools.get(i).newJob("job", () -> ran.incrementAndGet());
      assertEquals(Submission.QUEUED, job.submit());
      scene.eventually("a worker is asked for", () -> scene.probe().threadStarts() > before);
    }
    pools.forEach(ThreadPool::close);
    assertEquals(reasons.size(), ran.get());
  }

  @Conformance
  @Rule("P10")
  void aJobThatNoNewWorkerCanServeIsServedByOneThatBecomesIdle(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool("pool");
    Stage busy = new Stage(pool);
    busy.enter();
    scene.probe().failThreadStarts(Integer.MAX_VALUE);
    int before = scene.probe().threadStarts();
    AtomicReference<Thread> worker = new AtomicReference<>();
    CountDownLatch ran = new CountDownLatch(1);
    pool.newJob(
            "job",
            () -> {
              worker.set(Thread.currentThread());
              ran.countDown();
            })
        .submit();
    scene.eventually("a worker is asked for", () -> scene.probe().threadStarts() > before);
    busy.gate.open();
    scene.await(ran);
    assertSame(busy.worker(), worker.get());
  }

  @Conformance
  @Rule("P13")
  void maxThreadsBoundsTheWorkersThatExistAtOnce(Scene scene) throws Exception {
    int bound = 3;
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(bound));
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CyclicBarrier together = new CyclicBarrier(bound); // passes only if so many run at once
    CountDownLatch ran = new CountDownLatch(bound * scene.times(100));
    for (long i = ran.getCount(); i > 0; i--) {
      pool.newJob(
              "job " + i,
              () -> {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                together.await();
                inside.decrementAndGet();
                ran.countDown();
              })
          .submit();
    }
    scene.await(ran);
    assertEquals(bound, most.get());
    List<Thread> threads = scene.probe().threads(); // none ends within the idle limit
    assertTrue(threads.size() <= bound + 1, () -> threads + ", with an overseer");
  }

  @Conformance
  @Rule("P13")
  void workersMayBeVirtualFromJdk21OnAndAreMisuseBelow(Scene scene) throws Exception {
    ThreadPoolSpec spec = ThreadPoolSpec.named("pool").virtual(true);
    Quern quern = scene.quern();
    if (Runtime.version().feature() < 21) {
      assertThrows(MisuseException.class, () -> quern.threadPool(spec));
      assertEquals(List.of(), scene.probe().threadsAskedFor());
      return;
    }
    AtomicReference<Object> virtual = new AtomicReference<>(false);
    ThreadPool pool = quern.threadPool(spec.priority(ThreadPoolSpec.NO_PRIORITY));
    pool.newJob(
            "job",
            () -> virtual.set(Thread.class.getMethod("isVirtual").invoke(Thread.currentThread())))
        .submit();
    pool.close();
    assertEquals(true, virtual.get());
  }

  @Conformance
  @Rule("P13")
  void aPriorityWithVirtualWorkersIsMisuse(Scene scene) {
    ThreadPoolSpec spec = ThreadPoolSpec.named("pool").virtual(true).priority(Thread.MIN_PRIORITY);
    assertThrows(MisuseException.class, () -> scene.quern().threadPool(spec));
    assertEquals(List.of(), scene.probe().threadsAskedFor());
  }

  /** A job that occupies a worker for as long as the test wants, again and again. */
  private static final class Stage {
    private final Job job;
    private Gate gate = new Gate();
    private volatile Thread worker = Thread.currentThread();
    private volatile boolean left;

    Stage(ThreadPool pool) {
      job = pool.newJob("stage", this::occupy);
    }

    private void occupy() throws InterruptedException {
      worker = Thread.currentThread();
      gate.pass();
      left = true;
    }

    /** Submits the job and waits until it is on its worker. */
    void enter() throws InterruptedException {
      gate = new Gate();
      left = false;
      job.submit();
      gate.awaitReached();
    }

    /** Returns when the job has ended and its worker waits for the next one, or has ended. */
    void leave(Scene scene) {
      gate.open();
      scene.eventually(
          "the worker is idle",
          () -> {
            if (!left) {
              return false;
            }
            Thread.State state = worker.getState();
            return state == Thread.State.WAITING
                || state == Thread.State.TIMED_WAITING
                || state == Thread.State.TERMINATED;
          });
    }

    Thread worker() {
      return worker;
    }
  }
}

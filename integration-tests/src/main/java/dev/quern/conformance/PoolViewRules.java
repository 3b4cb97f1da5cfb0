// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.Failure;
import dev.quern.Family;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.OpenOptions;
import dev.quern.PoolView;
import dev.quern.PoolViewSpec;
import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Limited views of a pool: their bound on what runs, what they share, and their end (P17). */
public class PoolViewRules {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** For JUnit. */
  public PoolViewRules() {}

  private static PoolView view(ThreadPool pool, String name, int maxActive) {
    return pool.newView(PoolViewSpec.named(name).maxActive(maxActive));
  }

  private static Gate held(ThreadPool pool, String name) throws Exception {
    Gate gate = new Gate();
    pool.newJob(name, gate::pass).submit();
    gate.awaitReached();
    return gate;
  }

  @Conformance
  @Rule("P17")
  void asManyJobsRunAtOnceAsMaxActiveSaysAndNoMore(Scene scene) throws Exception {
    PoolView view = view(scene.quern().threadPool("pool"), "view", 2);
    Gate one = held(view, "one");
    Gate two = held(view, "two");
    Gate three = new Gate();
    Job third = view.newJob("three", three::pass);
    assertEquals(Submission.QUEUED, third.submit());
    assertFalse(view.flush(Waiter.GLANCE));
    assertFalse(three.isReached(), "a third beside two");
    one.open();
    three.awaitReached();
    two.open();
    three.open();
    view.flush();
  }

  @Conformance
  @Rule("P17")
  void underFireNoMoreRunAndNoMoreWorkersAreStartedThanMaxActive(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool("pool");
    List<PoolView> views = List.of(view(pool, "one", 1), view(pool, "two", 2));
    AtomicInteger[] most = {new AtomicInteger(), new AtomicInteger()};
    List<List<Job>> jobs = new ArrayList<>();
    for (int v = 0; v < 2; v++) {
      AtomicInteger active = new AtomicInteger();
      AtomicInteger seen = most[v];
      jobs.add(new ArrayList<>());
      for (int i = 0; i < 8; i++) {
        jobs.get(v)
            .add(
                views
                    .get(v)
                    .newJob(
                        "job " + i,
                        () -> {
                          seen.accumulateAndGet(active.incrementAndGet(), Math::max);
                          Thread.yield();
                          active.decrementAndGet();
                        }));
      }
    }
    Crew.start(
            scene,
            4,
            (id, random) -> {
              for (int i = 0; i < scene.times(2_000); i++) {
                jobs.get(random.nextInt(2)).get(random.nextInt(8)).submit();
                Crew.pause(random);
              }
            })
        .join();
    for (PoolView view : views) {
      view.flush();
    }
    assertEquals(1, most[0].get());
    assertTrue(most[1].get() <= 2, () -> most[1] + " at once");
    List<Thread> threads = scene.probe().threads(); // none ends within the idle limit
    assertTrue(threads.size() <= 3 + 1, () -> threads + ", with an overseer");
  }

  @Conformance
  @Rule("P17")
  void aBlockedViewLeavesTheOtherWorkersToOthers(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(3));
    PoolView one = view(pool, "one", 1);
    PoolView two = view(pool, "two", 1);
    Gate first = held(one, "first");
    Gate second = held(two, "second");
    for (int i = 0; i < 5; i++) {
      one.newJob("waits", () -> {}).submit();
      two.newJob("waits", () -> {}).submit();
    }
    CountDownLatch ran = new CountDownLatch(1);
    pool.newJob("others", ran::countDown).submit();
    scene.await(ran);
    first.open();
    one.flush(); // whatever two does
    second.open();
  }

  @Conformance
  @Rule("P17")
  void aBusyViewGivesItsWorkerBackNowAndThen(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(1));
    PoolView view = view(pool, "view", 1);
    Gate gate = held(pool, "holds the only worker");
    List<String> ran = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 100; i++) {
      view.newJob("job " + i, () -> ran.add("view")).submit();
    }
    pool.newJob("other", () -> ran.add("other")).submit();
    gate.open();
    view.flush();
    scene.eventually(() -> ran.size() == 101);
    assertTrue(ran.indexOf("other") <= 16, () -> "after " + ran.indexOf("other") + " jobs");
  }

  @Conformance
  @Rule("P17")
  void jobsOfAViewRunFirstInFirstOut(Scene scene) throws Exception {
    PoolView view = view(scene.quern().threadPool("pool"), "view", 1);
    Gate gate = held(view, "gate");
    List<Integer> ran = new ArrayList<>();
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      int number = i;
      order.add(i);
      view.newJob("job " + i, () -> ran.add(number)).submit();
    }
    gate.open();
    view.close();
    assertEquals(order, ran);
  }

  @Conformance
  @Rule({"P17", "P8", "P16"})
  void whileAJobOfAViewRunsItIsShownEverywhere(Scene scene) throws Exception {
    Quern quern = scene.quern();
    ThreadPool pool = quern.threadPool(ThreadPoolSpec.named("pool").threadNames(true));
    PoolView view = view(pool, "view", 2);
    AtomicReference<Optional<Job>> current = new AtomicReference<>(Optional.empty());
    AtomicReference<String> thread = new AtomicReference<>("");
    AtomicReference<Family> shown = new AtomicReference<>();
    Job[] job = new Job[1];
    job[0] =
        view.newJob(
            "job",
            () -> {
              current.set(quern.currentJob());
              thread.set(Thread.currentThread().getName());
              shown.set(quern.inspect().family(Kind.POOL_VIEW, "view").orElseThrow());
              throw new Exception("planned");
            });
    job[0].submit();
    view.flush();
    assertEquals(Optional.of(job[0]), current.get());
    assertEquals("job", thread.get());
    assertEquals("job", shown.get().running().get(0).item());
    Failure failure = scene.failures().get(0);
    assertEquals(Kind.POOL_VIEW, failure.kind());
    assertEquals("view", failure.primitive());
    assertEquals(Optional.of("job"), failure.item());
    Family after = quern.inspect().family(Kind.POOL_VIEW, "view").orElseThrow();
    assertEquals(List.of(1L, 1L, 1L), List.of(after.accepted(), after.completed(), after.failed()));
    AtomicReference<Optional<Job>> next = new AtomicReference<>(Optional.empty());
    Job own = pool.newJob("own", () -> next.set(quern.currentJob()));
    own.submit();
    scene.eventually(() -> next.get().equals(Optional.of(own)));
  }

  @Conformance
  @Rule("P17")
  void flushWaitsForAllThatWaitsOrRunsAtTheCall(Scene scene) throws Exception {
    PoolView view = view(scene.quern().threadPool("pool"), "view", 1);
    Gate gate = new Gate();
    List<String> ran = new CopyOnWriteArrayList<>();
    Job[] again = new Job[1];
    again[0] =
        view.newJob(
            "again",
            () -> {
              ran.add("again");
              gate.pass();
            });
    again[0].submit();
    gate.awaitReached();
    Job waiting = view.newJob("waiting", () -> ran.add("waiting"));
    Job cancelled = view.newJob("cancelled", () -> ran.add("cancelled"));
    waiting.submit();
    cancelled.submit();
    again[0].submit();
    Async<?> flush = Waiter.start(scene, () -> view.flush());
    assertEquals(Cancellation.REMOVED, cancelled.cancel());
    flush.awaitWaiting();
    gate.open();
    flush.result();
    assertEquals(List.of("again", "waiting", "again"), ran);
  }

  @Conformance
  @Rule("P17")
  void flushDoesNotWaitForWhatComesLater(Scene scene) throws Exception {
    PoolView view = view(scene.quern().threadPool("pool"), "view", 2);
    Gate first = held(view, "first");
    Async<?> flush = Waiter.start(scene, () -> view.flush());
    Gate later = held(view, "later");
    first.open();
    flush.result();
    later.open();
    assertTrue(view.flush(LONG));
  }

  @Conformance
  @Rule("P17")
  void aFlushSeesAllThatTheFlushedRunsDid(Scene scene) throws Exception {
    PoolView view = view(scene.quern().threadPool("pool"), "view", 3);
    int[] plain = new int[3];
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int number = i;
      jobs.add(view.newJob("job " + i, () -> plain[number]++));
    }
    for (int i = 1; i <= scene.times(2_000); i++) {
      for (Job job : jobs) {
        assertEquals(Submission.QUEUED, job.submit());
      }
      view.flush();
      assertEquals(List.of(i, i, i), List.of(plain[0], plain[1], plain[2]));
    }
  }

  @Conformance
  @Rule("P17")
  void pausesNestAndKeepWhatIsSubmitted(Scene scene) throws Exception {
    PoolView view = view(scene.quern().threadPool("pool"), "view", 2);
    AtomicInteger ran = new AtomicInteger();
    view.pause();
    view.pauseAndWait();
    for (int i = 0; i < 5; i++) {
      assertEquals(
          Submission.QUEUED, view.newJob("job " + i, () -> ran.incrementAndGet()).submit());
    }
    view.resume();
    assertFalse(view.flush(Waiter.GLANCE), "one pause is left");
    assertEquals(0, ran.get());
    view.resume();
    view.flush();
    assertEquals(5, ran.get());
    MisuseException misuse = assertThrows(MisuseException.class, view::resume);
    assertTrue(misuse.getMessage().contains("view"), misuse.getMessage());
  }

  @Conformance
  @Rule("P17")
  void pauseAndWaitReturnsWhenNoneRunsAndNoneBeginsUntilResume(Scene scene) throws Exception {
    PoolView view = view(scene.quern().threadPool("pool"), "view", 3);
    AtomicInteger active = new AtomicInteger();
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      jobs.add(
          view.newJob(
              "job " + i,
              () -> {
                active.incrementAndGet();
                Thread.yield();
                active.decrementAndGet();
              }));
    }
    Crew submitters =
        Crew.start(
            scene,
            2,
            (id, random) -> {
              for (int i = 0; i < scene.times(3_000); i++) {
                jobs.get(random.nextInt(6)).submit();
                Crew.pause(random);
              }
            });
    for (int i = 0; i < scene.times(300); i++) {
      view.pauseAndWait();
      assertEquals(0, active.get());
      Thread.yield();
      assertEquals(0, active.get(), "a job began in a pause");
      view.resume();
    }
    submitters.join();
    view.flush(); // none was lost by a pause
  }

  @Conformance
  @Rule("P17")
  void closeEndsEveryPauseAndRunsWhatWaits(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool("pool");
    PoolView view = view(pool, "view", 2);
    AtomicInteger ran = new AtomicInteger();
    List<Job> jobs = new ArrayList<>();
    view.pause();
    view.pause();
    for (int i = 0; i < 50; i++) {
      jobs.add(view.newJob("job " + i, () -> ran.incrementAndGet()));
      jobs.get(i).submit();
    }
    view.close();
    assertEquals(50, ran.get());
    assertTrue(view.isClosed());
    assertTrue(jobs.get(0).isClosed());
    assertThrows(ClosedException.class, jobs.get(0)::submit);
    assertThrows(ClosedException.class, () -> jobs.get(0).submit(LONG));
    assertThrows(ClosedException.class, () -> view.newJob("late", () -> {}));
    view.pause();
    view.resume();
    view.resume(); // of no effect
    view.close();
    CountDownLatch lives = new CountDownLatch(1);
    pool.newJob("the pool lives", lives::countDown).submit();
    scene.await(lives);
    view(pool, "view", 1).close(); // the name is free
  }

  @Conformance
  @Rule("P17")
  void closeWaitsForNoJobOfOthers(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(1));
    PoolView view = view(pool, "view", 2);
    Gate stranger = held(pool, "stranger");
    Job job = view.newJob("job", () -> {});
    job.submit();
    assertEquals(List.of("job"), view.close(Duration.ZERO), "it waits for the only worker");
    Async<?> closes = Waiter.start(scene, () -> view.close());
    assertEquals(Cancellation.REMOVED, job.cancel());
    closes.result();
    stranger.open();
  }

  @Conformance
  @Rule("P17")
  void aViewHoldsThePoolAndGivesItBack(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool("pool");
    PoolView view = view(pool, "view", 1);
    Job own = pool.newJob("own", () -> {});
    pool.close();
    assertThrows(ClosedException.class, own::submit);
    assertThrows(ClosedException.class, () -> view(pool, "late", 1));
    CountDownLatch ran = new CountDownLatch(1);
    view.newJob("job", ran::countDown).submit();
    scene.await(ran);
    view.close();
    scene.eventually(
        "the pool ends", () -> scene.probe().threads().stream().noneMatch(Thread::isAlive));
  }

  @Conformance
  @Rule({"R7", "P17", "W25"})
  void closingTheRuntimeRunsWhatViewsAndQueuesOnPoolsHold(Scene scene) throws Exception {
    Quern quern = scene.open(OpenOptions.NONE);
    ThreadPool pool = quern.threadPool(ThreadPoolSpec.named("pool").maxThreads(2));
    PoolView view = view(pool, "view", 1);
    WorkQueue queue =
        quern.newWorkQueue(
            WorkQueueSpec.named("queue").maxActive(2).pool("pool").reservedWorker(true));
    AtomicInteger ran = new AtomicInteger();
    view.pause();
    queue.pause();
    for (int i = 0; i < 100; i++) {
      view.newJob("job " + i, () -> ran.incrementAndGet()).submit();
      queue.newWork("item " + i, () -> ran.incrementAndGet()).submit();
    }
    assertEquals(List.of(), quern.close(LONG));
    assertEquals(200, ran.get());
  }

  @Conformance
  @Rule({"R7", "P17", "W25"})
  void aRuntimeThatCannotWaitNamesAndInterruptsWhatRunsInViews(Scene scene) throws Exception {
    Quern quern = scene.open(OpenOptions.NONE);
    PoolView view = view(quern.threadPool("pool"), "view", 1);
    WorkQueue queue = quern.newWorkQueue(WorkQueueSpec.named("queue").pool("pool"));
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch interrupted = new CountDownLatch(2);
    Waiter.Call body =
        () -> {
          begun.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException planned) {
            interrupted.countDown();
          }
        };
    view.newJob("job", body::run).submit();
    queue.newWork("item", body::run).submit();
    scene.await(begun);
    AtomicInteger ran = new AtomicInteger();
    view.newJob("waits", () -> ran.incrementAndGet()).submit();
    List<String> left = quern.close(Duration.ZERO);
    assertTrue(left.containsAll(List.of("job", "waits", "item")), left::toString);
    scene.await(interrupted);
    scene.eventually(
        "nothing is left",
        () -> {
          try {
            return quern.close(Duration.ZERO).isEmpty();
          } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
          }
        });
    assertEquals(1, ran.get(), "what was accepted runs all the same");
  }

  @Conformance
  @Rule({"P17", "G14"})
  void whatAViewCannotBe(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool("pool");
    PoolView view = view(pool, "view", 1);
    assertThrows(MisuseException.class, () -> view(pool, "view", 1));
    MisuseException nested = assertThrows(MisuseException.class, () -> view(view, "inner", 1));
    assertTrue(nested.getMessage().contains("view"), nested.getMessage());
    assertThrows(NullPointerException.class, () -> pool.newView(Scene.nothing()));
    assertThrows(IllegalArgumentException.class, () -> view(pool, "quern.mine", 1));
    assertThrows(IllegalArgumentException.class, () -> PoolViewSpec.named("x").maxActive(0));
    assertThrows(IllegalArgumentException.class, () -> PoolViewSpec.named("x").capacity(0));
    assertThrows(IllegalArgumentException.class, () -> PoolViewSpec.named("no name"));
  }

  @Conformance
  @Rule({"P17", "G6"})
  void aJobThatWouldWaitForItsOwnView(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(1));
    PoolView view = view(pool, "view", 2);
    PoolView other = view(pool, "other", 2);
    List<Throwable> thrown = new CopyOnWriteArrayList<>();
    List<Waiter.Call> waits =
        List.of(
            view::flush,
            () -> view.flush(LONG),
            view::pauseAndWait,
            () -> view.pauseAndWait(LONG),
            view::close,
            other::flush,
            other::pauseAndWait,
            other::close);
    Job job =
        view.newJob(
            "job",
            () -> {
              for (Waiter.Call wait : waits) {
                thrown.add(assertThrows(Exception.class, wait::run));
              }
            });
    job.submit();
    view.flush();
    assertEquals(waits.size(), thrown.size());
    thrown.forEach(each -> assertInstanceOf(MisuseException.class, each));
    AtomicInteger ran = new AtomicInteger();
    other.newJob("paused by nobody", () -> ran.incrementAndGet()).submit();
    other.flush();
    assertEquals(1, ran.get());
  }

  @Conformance
  @Rule({"P17", "G17"})
  void aViewOfAPoolThatBrokeSaysSo(Scene scene) throws Exception {
    scene.mayBreak("fragile");
    Quern quern = scene.open(OpenOptions.NONE);
    ThreadPool pool = quern.threadPool(ThreadPoolSpec.named("fragile").maxThreads(1));
    PoolView view = view(pool, "fragile", 1);
    Gate gate = held(pool, "holds the only worker");
    Job job = view.newJob("job", () -> {});
    job.submit();
    Async<?> flush = Waiter.start(scene, () -> view.flush());
    Error error = new OutOfMemoryError("in the worker");
    scene.probe().throwInHostCalls(error, thread -> thread.getName().contains("fragile-worker"));
    gate.open();
    flush.result(); // whether it ran, or was dropped
    scene.probe().stopErrors();
    Async<Object> tried =
        scene.async(
            () -> {
              try {
                job.submit();
                view.flush();
                return "works on";
              } catch (ClosedException broken) {
                return Objects.requireNonNull(broken.getCause(), "no cause");
              }
            });
    tried.result();
    view.close();
  }

  @Conformance
  @Rule({"P17", "G8"})
  @EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "virtual threads came with JDK 21")
  void aViewOfAPoolOfVirtualThreads(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("pool").virtual(true));
    PoolView view = pool.newView(PoolViewSpec.named("view").maxActive(2).capacity(4));
    AtomicInteger active = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger virtual = new AtomicInteger();
    int jobs = scene.times(200);
    for (int i = 0; i < jobs; i++) {
      Job job =
          view.newJob(
              "job " + i,
              () -> {
                most.accumulateAndGet(active.incrementAndGet(), Math::max);
                Object is = Thread.class.getMethod("isVirtual").invoke(Thread.currentThread());
                virtual.addAndGet(Boolean.TRUE.equals(is) ? 1 : 0);
                Thread.sleep(0, 1);
                active.decrementAndGet();
              });
      assertEquals(Submission.QUEUED, job.submit(LONG));
    }
    view.close();
    assertEquals(jobs, virtual.get());
    assertTrue(most.get() <= 2, () -> most + " at once");
  }
}

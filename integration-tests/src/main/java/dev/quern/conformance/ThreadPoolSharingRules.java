// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ClosedException;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;

/** Pools are shared by name, and end with their last handle (P1, P15). */
public class ThreadPoolSharingRules {
  private static final ThreadPoolSpec ONE = ThreadPoolSpec.named("shared").maxThreads(1);

  @Conformance
  @Rule("P1")
  void handlesOfOneNameShareWorkers(Scene scene) throws Exception {
    ThreadPool first = scene.quern().threadPool(ONE);
    ThreadPool second = scene.quern().threadPool("shared");
    assertNotSame(first, second);
    assertEquals("shared", second.name());
    Set<Thread> workers = ConcurrentHashMap.newKeySet();
    CountDownLatch ran = new CountDownLatch(2);
    for (ThreadPool pool : List.of(first, second)) {
      pool.newJob(
              "job",
              () -> {
                workers.add(Thread.currentThread());
                ran.countDown();
              })
          .submit();
    }
    scene.await(ran);
    assertEquals(1, workers.size());
  }

  @Conformance
  @Rule("P1")
  void aSpecThatRepeatsWhatThePoolHasIsNoMisuse(Scene scene) {
    Quern quern = scene.quern();
    quern.threadPool(ONE.idleLimit(Duration.ofSeconds(7)));
    quern.threadPool(ThreadPoolSpec.named("shared"));
    quern.threadPool(ONE);
    quern.threadPool(ONE.idleLimit(Duration.ofMillis(7000)).maxRun(16));
  }

  @Conformance
  @Rule("P1")
  void aSpecWithAnotherOptionIsMisuseThatNamesThePool(Scene scene) throws Exception {
    Quern quern = scene.quern();
    ThreadPool pool = quern.threadPool(ONE);
    ThreadPoolSpec name = ThreadPoolSpec.named("shared");
    List<ThreadPoolSpec> others =
        List.of(
            name.maxThreads(2),
            name.maxRun(3),
            name.idleLimit(Duration.ofSeconds(3)),
            name.threadNames(true),
            name.clearThreadLocals(true),
            name.priority(Thread.MAX_PRIORITY),
            ONE.maxRun(3));
    for (ThreadPoolSpec other : others) {
      MisuseException misuse =
          assertThrows(MisuseException.class, () -> quern.threadPool(other), other::toString);
      assertTrue(String.valueOf(misuse.getMessage()).contains("shared"), misuse::getMessage);
    }
    CountDownLatch ran = new CountDownLatch(1);
    pool.newJob("job", ran::countDown).submit();
    scene.await(ran);
    pool.close();
    quern.threadPool(name.maxThreads(2)); // no failed call has left a handle behind
  }

  @Conformance
  @Rule({"P1", "G11"})
  void closingAHandleClosesItsJobsAndNoOthers(Scene scene) throws Exception {
    ThreadPool mine = scene.quern().threadPool("shared");
    ThreadPool other = scene.quern().threadPool("shared");
    CountDownLatch ran = new CountDownLatch(1);
    Job myJob = mine.newJob("mine", () -> {});
    Job otherJob = other.newJob("other", ran::countDown);
    mine.close();
    assertTrue(mine.isClosed());
    assertTrue(myJob.isClosed());
    assertThrows(ClosedException.class, myJob::submit);
    assertThrows(ClosedException.class, () -> mine.newJob("late", () -> {}));
    assertFalse(other.isClosed());
    assertEquals(Submission.QUEUED, otherJob.submit());
    scene.await(ran);
    other.newJob("another", () -> {}).submit();
  }

  @Conformance
  @Rule({"P1", "G19"})
  void closingAHandleTwiceGivesBackOneHandle(Scene scene) throws Exception {
    ThreadPool mine = scene.quern().threadPool(ONE);
    ThreadPool other = scene.quern().threadPool("shared");
    mine.close();
    mine.close();
    assertEquals(List.of(), mine.close(Duration.ZERO));
    CountDownLatch ran = new CountDownLatch(1);
    other.newJob("job", ran::countDown).submit();
    scene.await(ran);
    assertThrows(MisuseException.class, () -> scene.quern().threadPool(ONE.maxThreads(2)));
  }

  @Conformance
  @Rule("P1")
  void closingTheLastHandleRunsWhatIsScheduledAndEndsEveryThread(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ONE);
    Gate gate = new Gate();
    List<Integer> ran = new ArrayList<>();
    pool.newJob("gate", gate::pass).submit();
    gate.awaitReached();
    for (int i = 0; i < 40; i++) {
      int number = i;
      pool.newJob("job " + i, () -> ran.add(number)).submit();
    }
    Async<?> closing = scene.async(() -> close(pool)).awaitWaiting();
    gate.open();
    closing.result();
    assertEquals(40, ran.size());
    for (Thread thread : threads(scene, "shared")) {
      assertFalse(thread.isAlive(), () -> thread + " outlives its pool");
    }
  }

  @Conformance
  @Rule({"P1", "G4"})
  void aLimitedCloseNamesTheJobsItLeftAndFinishesLater(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ONE);
    Gate gate = new Gate();
    CountDownLatch ran = new CountDownLatch(1);
    pool.newJob("stuck", gate::pass).submit();
    gate.awaitReached();
    pool.newJob("behind", ran::countDown).submit();
    List<String> left = pool.close(Duration.ofMillis(5));
    assertTrue(left.contains("stuck"), left::toString);
    assertTrue(pool.isClosed());
    gate.open();
    scene.await(ran);
    pool.close();
    assertEquals(0, live(scene, "shared"));
  }

  @Conformance
  @Rule("P1")
  void racingCreationsLeaveOnePool(Scene scene) throws Exception {
    Quern quern = scene.quern();
    int racers = 6;
    for (int round = 0; round < scene.times(10); round++) {
      String name = "race" + round;
      CyclicBarrier start = new CyclicBarrier(racers);
      List<Async<ThreadPool>> creations = new ArrayList<>();
      for (int i = 0; i < racers; i++) {
        creations.add(
            scene.async(
                () -> {
                  start.await();
                  return quern.threadPool(ThreadPoolSpec.named(name).maxThreads(1));
                }));
      }
      Set<Thread> workers = ConcurrentHashMap.newKeySet();
      CountDownLatch ran = new CountDownLatch(racers);
      for (Async<ThreadPool> creation : creations) {
        creation
            .result()
            .newJob(
                "job",
                () -> {
                  workers.add(Thread.currentThread());
                  ran.countDown();
                })
            .submit();
      }
      scene.await(ran);
      assertEquals(1, workers.size(), "workers of a pool of one");
      assertTrue(live(scene, name + "-") <= 2, () -> threads(scene, name).toString());
      for (Async<ThreadPool> creation : creations) {
        creation.result().close();
      }
      assertEquals(0, live(scene, name + "-"));
    }
  }

  @Conformance
  @Rule("P1")
  void aPoolAskedForWhileItsNamesakeEndsIsANewOne(Scene scene) throws Exception {
    Quern quern = scene.quern();
    ThreadPool old = quern.threadPool(ONE);
    Gate gate = new Gate();
    old.newJob("gate", gate::pass).submit();
    gate.awaitReached();
    Async<?> closing = scene.async(() -> close(old)).awaitWaiting();
    ThreadPool next = quern.threadPool(ThreadPoolSpec.named("shared").maxThreads(2));
    CountDownLatch ran = new CountDownLatch(1);
    next.newJob("job", ran::countDown).submit();
    scene.await(ran);
    assertFalse(closing.isDone());
    gate.open();
    closing.result();
    CountDownLatch again = new CountDownLatch(1);
    next.newJob("job", again::countDown).submit();
    scene.await(again);
    assertThrows(MisuseException.class, () -> quern.threadPool(ONE));
  }

  @Conformance
  @Rule("P1")
  void creationsThatRaceWithTheLastCloseGetAPoolThatWorks(Scene scene) throws Exception {
    Quern quern = scene.quern();
    int rounds = scene.times(30);
    Async<?>[] users = new Async<?>[3];
    for (int i = 0; i < users.length; i++) {
      users[i] =
          scene.async(
              () -> {
                for (int round = 0; round < rounds; round++) {
                  CountDownLatch ran = new CountDownLatch(1);
                  ThreadPool pool = quern.threadPool(ONE);
                  pool.newJob("job", ran::countDown).submit();
                  pool.close();
                  assertEquals(0, ran.getCount(), "close returned before the job ran");
                }
                return null;
              });
    }
    for (Async<?> user : users) {
      user.result();
    }
    assertEquals(0, live(scene, "shared"));
  }

  @Conformance
  @Rule("P1")
  void aPrimitiveThatNamesAPoolHoldsAHandleOfItsOwn(Scene scene) throws Exception {
    Quern quern = scene.quern();
    ThreadPool pool = quern.threadPool(ONE);
    CountDownLatch handled = new CountDownLatch(1);
    Handler<Object> handler = item -> handled.countDown();
    DaemonQueue<Object> queue =
        quern.newDaemonQueue(DaemonQueueSpec.unbounded("user").pool("shared"), handler);
    pool.close();
    queue.add("item");
    scene.await(handled);
    assertThrows(MisuseException.class, () -> quern.threadPool(ONE.maxThreads(2)));
    queue.close();
    quern.threadPool(ONE.maxThreads(2));
  }

  @Conformance
  @Rule("P15")
  void whereTheOverseerCannotBeStartedCreationThrowsAndLeavesNothing(Scene scene) throws Exception {
    Quern quern = scene.quern();
    RuntimeException cause = new IllegalArgumentException("no thread for you");
    scene.probe().failThreadStarts(Integer.MAX_VALUE, cause);
    IllegalStateException thrown =
        assertThrows(IllegalStateException.class, () -> quern.threadPool(ONE));
    assertEquals(cause, thrown.getCause());
    scene.probe().allowThreadStarts();
    assertTrue(quern.inspect().family(Kind.THREAD_POOL, "shared").isEmpty());
    assertEquals(0, live(scene, "shared"));
    ThreadPool pool = quern.threadPool(ONE.maxThreads(2));
    CountDownLatch ran = new CountDownLatch(1);
    pool.newJob("job", ran::countDown).submit();
    scene.await(ran);
  }

  private static List<Thread> threads(Scene scene, String name) {
    return scene.probe().threads().stream()
        .filter(thread -> thread.getName().startsWith(name))
        .toList();
  }

  private static long live(Scene scene, String name) {
    return threads(scene, name).stream().filter(Thread::isAlive).count();
  }

  private static boolean close(ThreadPool pool) {
    pool.close();
    return true;
  }

  @Conformance
  @Rule({"P1", "G15"})
  void whatADroppedContextHadOfAPoolIsGivenBack(Scene scene) throws Exception {
    Quern quern = scene.quern();
    for (boolean used : new boolean[] {false, true}) {
      WeakReference<TaskContext> dropped = dropAContext(scene, used);
      assertFalse(quern.inspect().family(Kind.THREAD_POOL, "named").isEmpty());
      scene.eventuallyCollected("the context", dropped);
      scene.eventually(
          "the pool has ended",
          () -> {
            System.gc(); // the handle may have outlived the context by a collection
            quern.threadPool("another").close();
            return quern.inspect().family(Kind.THREAD_POOL, "named").isEmpty();
          });
    }
  }

  private static WeakReference<TaskContext> dropAContext(Scene scene, boolean used)
      throws InterruptedException {
    TaskContext context =
        scene.quern().newTaskContext(TaskContextSpec.named("dropped").pool("named").maxInline(0));
    if (used) {
      CountDownLatch ran = new CountDownLatch(1);
      context.dispatch(() -> context.dispatch(ran::countDown)); // handed over to the pool
      scene.await(ran);
      context.barrier();
    }
    return new WeakReference<>(context);
  }

  @Conformance
  @Rule({"P1", "G15"})
  void aContextThatIsNotDroppedKeepsItsPool(Scene scene) {
    Quern quern = scene.quern();
    TaskContext context = quern.newTaskContext(TaskContextSpec.named("kept").pool("named"));
    scene.eventuallyCollected("what was dropped", new WeakReference<>(new Object()));
    quern.threadPool("another").close();
    assertFalse(quern.inspect().family(Kind.THREAD_POOL, "named").isEmpty());
    context.close();
    scene.eventually(
        "the pool has ended", () -> quern.inspect().family(Kind.THREAD_POOL, "named").isEmpty());
  }
}

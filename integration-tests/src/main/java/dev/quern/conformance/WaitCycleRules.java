// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.WaitCycle;
import dev.quern.WaitCycle.Link;
import dev.quern.WaitCycle.Part;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Workers that wait for what only they could run are reported (G20). */
public class WaitCycleRules {
  private static final OpenOptions ON = OpenOptions.NONE.set("quern.wait-cycles", "true");

  /** For JUnit. */
  public WaitCycleRules() {}

  /** Code of runs that wait: it begins, and goes into its wait when the test says so. */
  private static final class Waiters {
    private final Scene scene;
    private final CountDownLatch go = new CountDownLatch(1);
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final AtomicInteger passed = new AtomicInteger();
    private final AtomicInteger over = new AtomicInteger();

    Waiters(Scene scene) {
      this.scene = scene;
    }

    Action code(Action wait) {
      return () -> {
        threads.add(Thread.currentThread());
        go.await();
        passed.incrementAndGet();
        try {
          wait.run();
        } catch (InterruptedException rescued) {
          return;
        } finally {
          over.incrementAndGet();
        }
      };
    }

    void awaitBegun(int count) {
      scene.eventually("so many runs have begun", () -> threads.size() == count);
    }

    /** Returns when all of them block in a wait of that name. */
    void go(String call) {
      go.countDown();
      threads.forEach(
          thread ->
              scene.eventually(
                  thread + " waits in " + call,
                  () ->
                      thread.getState() != Thread.State.RUNNABLE
                          && Stream.of(thread.getStackTrace())
                              .anyMatch(frame -> frame.getMethodName().equals(call))));
    }

    /** Returns when all of them are parked: nothing else in their code parks once it went on. */
    void goAndPark() {
      go.countDown();
      threads.forEach(
          thread ->
              scene.eventually(
                  thread + " waits", () -> passed.get() == threads.size() && isParked(thread)));
    }

    private static boolean isParked(Thread thread) {
      Thread.State state = thread.getState();
      return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
    }

    void awaitOver() {
      scene.eventually("all waits are over", () -> over.get() == threads.size());
    }
  }

  private static Part part(String queue, String item) {
    return new Part(Kind.WORK_QUEUE, queue, Optional.of(item));
  }

  private static WaitCycle theOnlyCycle(Stalls stalls) throws InterruptedException {
    List<WaitCycle> cycles = stalls.cyclesOnceThereAre(1);
    assertEquals(1, cycles.size(), () -> "reported " + cycles);
    return cycles.get(0);
  }

  /** A queue with a second worker for what an item waits for. */
  private static WorkQueue withRoom(Stalls stalls, String name) {
    return stalls.queue(WorkQueueSpec.named(name).maxActive(2));
  }

  private static Set<Part> runs(WaitCycle cycle) {
    return cycle.links().stream().map(Link::runs).collect(Collectors.toSet());
  }

  /** A queue whose two workers both wait for a third item. */
  private static Work allWorkersWait(Quern quern, Waiters waiters, String name) {
    WorkQueue queue = quern.newWorkQueue(WorkQueueSpec.named(name).maxActive(2));
    Work third = queue.newWork("third", () -> {});
    int before = waiters.threads.size();
    queue.newWork("one", waiters.code(third::flush)).submit();
    queue.newWork("two", waiters.code(third::flush)).submit();
    waiters.awaitBegun(before + 2);
    third.submit();
    return third;
  }

  @Conformance
  @Rule("G20")
  void allWorkersOfAQueueThatWaitForWhatIsBehindThemAreReportedOnce(Scene scene)
      throws InterruptedException {
    Stalls stalls = Stalls.on(scene, ON);
    Waiters waiters = new Waiters(scene);
    Work third = allWorkersWait(stalls.quern(), waiters, "work");
    waiters.go("flush");
    WaitCycle cycle = theOnlyCycle(stalls);
    assertEquals(Set.of(part("work", "one"), part("work", "two")), runs(cycle));
    assertEquals(
        waiters.threads.stream().map(Thread::getName).collect(Collectors.toSet()),
        cycle.links().stream().map(Link::thread).collect(Collectors.toSet()));
    cycle.links().forEach(link -> assertEquals(part("work", "third"), link.awaits()));
    assertEquals(1, stalls.cyclesAfterLooks().size(), "once");
    third.cancel();
    waiters.awaitOver();
    Waiters again = new Waiters(scene);
    Work next = allWorkersWait(stalls.quern(), again, "next");
    again.go("flush");
    assertEquals(2, stalls.cyclesOnceThereAre(2).size(), "another one is told of, too");
    next.cancel();
    again.awaitOver();
  }

  @Conformance
  @Rule("G20")
  void twoOrderedQueuesThatWaitForEachOtherAreReported(Scene scene) throws InterruptedException {
    Stalls stalls = Stalls.on(scene, ON);
    Waiters waiters = new Waiters(scene);
    WorkQueue a = stalls.queue(WorkQueueSpec.ordered("a"));
    WorkQueue b = stalls.queue(WorkQueueSpec.ordered("b"));
    Work behindA = a.newWork("behind-a", () -> {});
    Work behindB = b.newWork("behind-b", () -> {});
    a.newWork("in-a", waiters.code(behindB::flush)).submit();
    b.newWork("in-b", waiters.code(behindA::flush)).submit();
    waiters.awaitBegun(2);
    behindA.submit();
    behindB.submit();
    waiters.go("flush");
    WaitCycle cycle = theOnlyCycle(stalls);
    assertEquals(Set.of(part("a", "in-a"), part("b", "in-b")), runs(cycle));
    for (Link link : cycle.links()) {
      boolean inA = link.runs().primitive().equals("a");
      assertEquals(inA ? part("b", "behind-b") : part("a", "behind-a"), link.awaits());
    }
    behindA.cancel();
    waiters.awaitOver();
  }

  @Conformance
  @Rule("G20")
  void aQueueAndAPoolThatWaitForEachOthersRunsAreReported(Scene scene) throws InterruptedException {
    Stalls stalls = Stalls.on(scene, ON);
    Waiters waiters = new Waiters(scene);
    ThreadPool pool = stalls.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(4));
    WorkQueue queue = stalls.queue(WorkQueueSpec.named("work").maxActive(4));
    List<Job> jobs = new ArrayList<>();
    Work item = queue.newWork("item", waiters.code(() -> jobs.get(0).cancelAndWait()));
    jobs.add(pool.newJob("job", waiters.code(item::cancelAndWait)));
    jobs.get(0).submit();
    item.submit();
    waiters.awaitBegun(2);
    waiters.go("cancelAndWait");
    WaitCycle cycle = theOnlyCycle(stalls);
    Part job = new Part(Kind.THREAD_POOL, "pool", Optional.of("job"));
    assertEquals(Set.of(part("work", "item"), job), runs(cycle));
    waiters.threads.forEach(Thread::interrupt);
    waiters.awaitOver();
    pool.close();
  }

  @Conformance
  @Rule("G20")
  void allWorkersOfAPoolThatWaitForAJobBehindThemAreReported(Scene scene)
      throws InterruptedException {
    Stalls stalls = Stalls.on(scene, ON);
    Waiters waiters = new Waiters(scene);
    ThreadPool pool = stalls.quern().threadPool(ThreadPoolSpec.named("pool").maxThreads(2));
    Job third = pool.newJob("third", () -> {});
    pool.newJob("one", waiters.code(third::close)).submit();
    pool.newJob("two", waiters.code(third::close)).submit();
    waiters.awaitBegun(2);
    third.submit();
    waiters.go("close");
    WaitCycle cycle = theOnlyCycle(stalls);
    assertEquals(2, cycle.links().size());
    third.cancel();
    waiters.awaitOver();
    pool.close();
  }

  @Conformance
  @Rule("G20")
  void whoWaitsForTheWholeQueueFromElsewhereIsPartOfIt(Scene scene) throws InterruptedException {
    Stalls stalls = Stalls.on(scene, ON);
    Waiters waiters = new Waiters(scene);
    WorkQueue a = stalls.queue(WorkQueueSpec.ordered("a"));
    WorkQueue b = stalls.queue(WorkQueueSpec.ordered("b"));
    a.newWork("in-a", waiters.code(b::drain)).submit();
    b.newWork("in-b", waiters.code(a::flush)).submit();
    waiters.awaitBegun(2);
    waiters.goAndPark();
    WaitCycle cycle = theOnlyCycle(stalls);
    cycle.links().forEach(link -> assertEquals(Optional.empty(), link.awaits().item()));
    waiters.threads.get(0).interrupt();
    waiters.awaitOver();
  }

  /** Of two queues with room for more, an item each, which both wait. */
  private static void twoItemsWait(
      Waiters waiters, Action inA, Action inB, WorkQueue a, WorkQueue b) {
    a.newWork("in-a", waiters.code(inA)).submit();
    b.newWork("in-b", waiters.code(inB)).submit();
    waiters.awaitBegun(2);
    waiters.goAndPark();
  }

  @Conformance
  @Rule("G20")
  void itemsThatFlushEachOthersQueueAreReportedThoughBothHaveRoom(Scene scene)
      throws InterruptedException {
    Stalls stalls = Stalls.on(scene, ON);
    Waiters waiters = new Waiters(scene);
    WorkQueue a = withRoom(stalls, "a");
    WorkQueue b = withRoom(stalls, "b");
    twoItemsWait(waiters, b::flush, a::flush, a, b);
    WaitCycle cycle = theOnlyCycle(stalls);
    assertEquals(Set.of(part("a", "in-a"), part("b", "in-b")), runs(cycle));
    for (Link link : cycle.links()) {
      String other = link.runs().primitive().equals("a") ? "b" : "a";
      assertEquals(new Part(Kind.WORK_QUEUE, other, Optional.empty()), link.awaits());
    }
    assertEquals(1, stalls.cyclesAfterLooks().size(), "once");
    waiters.threads.get(0).interrupt();
    waiters.awaitOver();
  }

  @Conformance
  @Rule("G20")
  void whoDrainsAQueueWithRoomIsPartOfIt(Scene scene) throws InterruptedException {
    Stalls stalls = Stalls.on(scene, ON);
    WorkQueue b = withRoom(stalls, "b");
    isPartOfACycle(scene, stalls, b::drain, b);
  }

  @Conformance
  @Rule("G20")
  void whoClosesAQueueWithRoomIsPartOfIt(Scene scene) throws InterruptedException {
    Stalls stalls = Stalls.on(scene, ON);
    WorkQueue b = withRoom(stalls, "b");
    isPartOfACycle(scene, stalls, b::close, b);
  }

  private static void isPartOfACycle(Scene scene, Stalls stalls, Action wholeB, WorkQueue b)
      throws InterruptedException {
    Waiters waiters = new Waiters(scene);
    WorkQueue a = withRoom(stalls, "a");
    twoItemsWait(waiters, wholeB, a::flush, a, b);
    WaitCycle cycle = theOnlyCycle(stalls);
    assertEquals(Set.of(part("a", "in-a"), part("b", "in-b")), runs(cycle));
    waiters.threads.forEach(Thread::interrupt); // a close goes on, the flush does not
    waiters.awaitOver();
  }

  @Conformance
  @Rule("G20")
  void aRunThatWasQueuedWhenItsQueueWasFlushedIsWaitedForToo(Scene scene)
      throws InterruptedException {
    Stalls stalls = Stalls.on(scene, ON);
    Waiters waiters = new Waiters(scene);
    WorkQueue a = withRoom(stalls, "a");
    WorkQueue b = withRoom(stalls, "b");
    HeldWork slow = HeldWork.running(b, "slow");
    HeldWork slower = HeldWork.running(b, "slower");
    Work inA = a.newWork("in-a", waiters.code(b::flush));
    Action waitsForA = inA::flush;
    Work later = b.newWork("later", waitsForA);
    later.submit(); // queued, when b is flushed
    inA.submit();
    waiters.awaitBegun(1);
    waiters.goAndPark();
    slow.letAllGo();
    WaitCycle cycle = theOnlyCycle(stalls);
    assertEquals(Set.of(part("a", "in-a"), part("b", "later")), runs(cycle));
    waiters.threads.get(0).interrupt();
    waiters.awaitOver();
    slower.letAllGo();
  }

  @Conformance
  @Rule("G20")
  void soIsOneThatWasQueuedBehindItsOwnRun(Scene scene) throws InterruptedException {
    Stalls stalls = Stalls.on(scene, ON);
    Waiters waiters = new Waiters(scene);
    WorkQueue a = withRoom(stalls, "a");
    WorkQueue b = withRoom(stalls, "b");
    Work inA = a.newWork("in-a", waiters.code(b::flush));
    CountDownLatch leave = new CountDownLatch(1);
    AtomicInteger runs = new AtomicInteger();
    Action body =
        () -> {
          if (runs.incrementAndGet() == 1) {
            leave.await();
          } else {
            inA.flush();
          }
        };
    Work twice = b.newWork("twice", body);
    twice.submit();
    scene.eventually("the first run has begun", () -> runs.get() == 1);
    twice.submit();
    inA.submit();
    waiters.awaitBegun(1);
    waiters.goAndPark();
    leave.countDown();
    WaitCycle cycle = theOnlyCycle(stalls);
    assertEquals(Set.of(part("a", "in-a"), part("b", "twice")), runs(cycle));
    waiters.threads.get(0).interrupt();
    waiters.awaitOver();
  }

  @Conformance
  @Rule("G20")
  void aFlushDoesNotWaitForWhatBeganAfterIt(Scene scene) throws InterruptedException {
    Stalls stalls = Stalls.on(scene, ON);
    Waiters first = new Waiters(scene);
    Waiters after = new Waiters(scene);
    WorkQueue a = withRoom(stalls, "a");
    WorkQueue b = stalls.queue(WorkQueueSpec.named("b").maxActive(3));
    HeldWork slow = HeldWork.running(b, "slow");
    a.newWork("in-a", first.code(b::flush)).submit();
    first.awaitBegun(1);
    first.goAndPark();
    b.newWork("later", after.code(a::flush)).submit(); // not waited for, as it is not slow
    after.awaitBegun(1);
    after.goAndPark();
    assertEquals(List.of(), stalls.cyclesAfterLooks(), "who flushed goes on when slow has ended");
    slow.letAllGo();
    first.awaitOver();
    after.awaitOver();
  }

  @Conformance
  @Rule("G20")
  void aFlushOfAQueueWhereRunsEndByThemselvesIsNotReported(Scene scene)
      throws InterruptedException {
    Stalls stalls = Stalls.on(scene, ON);
    Waiters waiters = new Waiters(scene);
    WorkQueue a = withRoom(stalls, "a");
    WorkQueue b = withRoom(stalls, "b");
    HeldWork slow = HeldWork.running(b, "slow");
    twoItemsWait(waiters, b::flush, slow.work()::flush, a, b);
    List<WaitCycle> cycles = stalls.cyclesAfterLooks();
    assertEquals(List.of(), cycles, "what they wait for is slow");
    slow.letAllGo();
    waiters.awaitOver();
  }

  @Conformance
  @Rule("G20")
  void aFlushOfEachOthersQueueThatHasALimitIsNotReported(Scene scene) throws InterruptedException {
    Stalls stalls = Stalls.on(scene, ON);
    Waiters waiters = new Waiters(scene);
    WorkQueue a = withRoom(stalls, "a");
    WorkQueue b = withRoom(stalls, "b");
    Action timed = () -> a.flush(Duration.ofDays(1));
    twoItemsWait(waiters, b::flush, timed, a, b);
    List<WaitCycle> cycles = stalls.cyclesAfterLooks();
    assertEquals(List.of(), cycles, "one of them gets out by itself");
    waiters.threads.forEach(Thread::interrupt);
    waiters.awaitOver();
  }

  @Conformance
  @Rule("G20")
  void whatIsMerelySlowIsNotReported(Scene scene) throws InterruptedException {
    Stalls stalls = Stalls.on(scene, ON);
    Waiters waiters = new Waiters(scene);
    WorkQueue queue = stalls.queue(WorkQueueSpec.named("work").maxActive(3));
    HeldWork slow = HeldWork.running(queue, "slow");
    Work behind = queue.newWork("behind", () -> {});
    queue.newWork("one", waiters.code(behind::flush)).submit();
    queue.newWork("two", waiters.code(slow.work()::flush)).submit();
    waiters.awaitBegun(2);
    behind.submit();
    waiters.go("flush");
    assertEquals(List.of(), stalls.cyclesAfterLooks(), "the slow one will run what is behind it");
    slow.letAllGo();
    waiters.awaitOver();
  }

  @Conformance
  @Rule("G20")
  void waitsWithALimitAreNotReported(Scene scene) throws InterruptedException {
    Stalls stalls = Stalls.on(scene, ON);
    Waiters waiters = new Waiters(scene);
    WorkQueue queue = stalls.queue(WorkQueueSpec.named("work").maxActive(2));
    Work third = queue.newWork("third", () -> {});
    queue.newWork("one", waiters.code(third::flush)).submit();
    queue.newWork("two", waiters.code(() -> third.flush(Duration.ofDays(1)))).submit();
    waiters.awaitBegun(2);
    third.submit();
    waiters.go("flush");
    assertEquals(List.of(), stalls.cyclesAfterLooks());
    third.cancel();
    waiters.awaitOver();
  }

  @Conformance
  @Rule("G20")
  void whoIsOnlyHeldUpByACycleIsNotNamed(Scene scene) throws InterruptedException {
    Stalls stalls = Stalls.on(scene, ON);
    Waiters waiters = new Waiters(scene);
    Work third = allWorkersWait(stalls.quern(), waiters, "work");
    WorkQueue other = stalls.queue(WorkQueueSpec.ordered("other"));
    other.newWork("victim", waiters.code(third::flush)).submit();
    waiters.awaitBegun(3);
    waiters.go("flush");
    WaitCycle cycle = theOnlyCycle(stalls);
    assertEquals(Set.of(part("work", "one"), part("work", "two")), runs(cycle));
    third.cancel();
    waiters.awaitOver();
  }

  @Conformance
  @Rule("G20")
  void nobodyLooksUnlessAsked(Scene scene) throws InterruptedException {
    Stalls stalls = Stalls.on(scene);
    Waiters waiters = new Waiters(scene);
    Work third = allWorkersWait(stalls.quern(), waiters, "work");
    waiters.go("flush");
    assertEquals(List.of(), stalls.cyclesAfterLooks());
    third.cancel();
    waiters.awaitOver();
  }

  @Conformance
  @Rule("G20")
  void theDefaultHandlerLogsTheChainAtWarning(Scene scene) {
    Quern quern = scene.openWithDefaultHandler(ON);
    Waiters waiters = new Waiters(scene);
    Work third = allWorkersWait(quern, waiters, "work");
    waiters.go("flush");
    scene.eventually(
        "a line in the log",
        () ->
            scene.logged().stream()
                .anyMatch(
                    record ->
                        record.getLevel() == Level.WARNING
                            && record.getMessage().contains("\"work\", \"one\" and waits for")
                            && record.getMessage().contains("\"work\", \"third\"")));
    third.cancel();
    waiters.awaitOver();
  }

  @Conformance
  @Rule({"G20", "D16"})
  void withoutAThreadToLookTheRuntimeDoesNotOpen(Scene scene) {
    AtomicInteger asked = new AtomicInteger();
    OutOfMemoryError thrown = new OutOfMemoryError("no thread, says the test");
    OpenOptions options =
        ON.threadFactory(
            body -> {
              if (asked.incrementAndGet() > 1) { // the first one is the timer's
                throw thrown;
              }
              return new Thread(body);
            });
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> scene.open(options));
    assertSame(thrown, refused.getCause());
    assertTrue(refused.getMessage().contains("quern.watchdog"), refused.getMessage());
  }
}

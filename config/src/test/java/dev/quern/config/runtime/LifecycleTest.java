// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ClosedException;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Family;
import dev.quern.Inspection;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import dev.quern.SystemQueue;
import dev.quern.TaskContextSpec;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.Waiting;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import dev.quern.spi.Managed.Counts;
import dev.quern.spi.Pool;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Rules G1, G11, G14, G15, G19, R7, R8, R10, R11 and W13, as far as the runtime keeps them. */
@Timeout(30)
class LifecycleTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final Worlds world = new Worlds();

  @Test
  void everythingIsClosedDependentsFirst() throws Exception {
    Quern quern = world.open(OpenOptions.NONE);
    quern.systemQueue(SystemQueue.DEFAULT);
    quern.newQueue(QueueSpec.unbounded("events"));
    DaemonQueue<String> writer = quern.newDaemonQueue(DaemonQueueSpec.unbounded("writer"), i -> {});
    DaemonQueue<String> child = writer.newChild(DaemonQueueSpec.unbounded("child"), i -> {});
    child.newChild(DaemonQueueSpec.unbounded("grandchild"), i -> {});
    quern.newReclaimer("buffers", i -> {});
    quern.threadPool("io").newJob("scan", () -> {});
    quern.newTaskContext("device");
    quern.newWorkQueue("maintenance");
    assertEquals(List.of(), quern.close(LONG));
    assertEquals(
        List.of(
            "device now",
            "maintenance now",
            "scan now",
            "scan now",
            "io now",
            "grandchild activated",
            "child activated",
            "buffers activated",
            "writer activated",
            "grandchild now",
            "child now",
            "buffers now",
            "writer now",
            "events now",
            "quern.default now",
            "quern.reclaimer activated",
            "quern.reclaimer now"),
        world.provider.closings);
    assertTrue(quern.inspect().families().isEmpty());
  }

  @Test
  void eachLevelIsToldToCloseBeforeAnyOfItIsWaitedFor() throws Exception {
    Quern quern = world.open(OpenOptions.NONE);
    quern.newWorkQueue("a");
    quern.newWorkQueue("b");
    for (String name : List.of("a", "b")) {
      Fake fake = world.provider.fake(name);
      fake.closing =
          () -> world.provider.closings.contains(name + " within") ? List.of() : List.of(name);
    }
    assertEquals(List.of(), quern.close(LONG));
    assertEquals(List.of("a now", "b now", "a within", "b within"), world.provider.closings);
  }

  @Test
  void aPausedTargetLetsItsChildrenFinish() throws Exception {
    Quern quern = world.open(OpenOptions.NONE);
    DaemonQueue<String> parent = quern.newDaemonQueue(DaemonQueueSpec.unbounded("p"), i -> {});
    parent.newChild(DaemonQueueSpec.unbounded("c"), i -> {});
    Fake target = world.provider.fake("p");
    target.pauses = 2;
    world.provider.fake("c").closing = () -> target.pauses == 0 ? List.of() : List.of("c");
    assertEquals(List.of(), quern.close(LONG));
  }

  @Test
  void whatTheInterruptEndsWasLeftUnfinishedAllTheSame() throws Exception {
    Quern quern = world.open(OpenOptions.NONE);
    quern.newWorkQueue("maintenance");
    Fake stuck = world.provider.fake("maintenance");
    stuck.closing = () -> List.of("flush");
    stuck.endsWhenInterrupted = true;
    assertEquals(List.of("flush"), quern.close(Duration.ZERO));
  }

  @Test
  void whatIsLeftIsNamedAndInterruptedOnce() throws Exception {
    Quern quern = world.open(OpenOptions.NONE);
    quern.newWorkQueue("maintenance");
    quern.newWorkQueue("other");
    quern.newDaemonQueue(DaemonQueueSpec.unbounded("writer").pool("io"), i -> {});
    Fake stuck = world.provider.fake("maintenance");
    stuck.closing = () -> List.of("flush");
    world.provider.fake("writer").closing = () -> List.of("writer");
    assertEquals(List.of("flush", "writer"), quern.close(Duration.ofMillis(5)));
    assertEquals(1, stuck.interrupted);
    assertEquals(1, world.provider.fake("writer").interrupted);
    assertEquals(0, world.provider.fake("other").interrupted);
    int told = world.provider.closings.size();
    assertEquals(List.of("flush", "writer"), quern.close(LONG), "not waited for again");
    assertEquals(told, world.provider.closings.size());
    assertEquals(1, stuck.interrupted);
  }

  @Test
  void aPoolIsInterruptedForItsUsersJobsOnly() throws Exception {
    Quern quern = world.open(OpenOptions.NONE);
    ThreadPool mine = quern.threadPool("mine");
    mine.newJob("scan", () -> {});
    world.provider.fake("scan").closing = () -> List.of("scan");
    world.provider.fake("mine").closing = () -> List.of("scan");
    assertEquals(List.of("scan"), quern.close(Duration.ZERO));
    assertEquals(1, world.provider.fake("mine").interrupted);
  }

  @Test
  void aLentPoolIsNotInterrupted() throws Exception {
    Quern quern = world.open(OpenOptions.NONE);
    Pool lent = Objects.requireNonNull(world.provider.host).lendPool("lent");
    world.provider.fake("lent").closing = () -> List.of("drain");
    assertEquals(List.of("drain"), quern.close(Duration.ZERO));
    assertEquals(0, world.provider.fake("lent").interrupted);
    Reference.reachabilityFence(lent);
  }

  @Test
  void aPoolThatSomethingUnfinishedMayHaveIsLeftAloneAndEndsWhenGivenBack() throws Exception {
    Quern quern = world.open(OpenOptions.NONE);
    quern.newWorkQueue("maintenance");
    world.provider.fake("maintenance").closing = () -> List.of("flush");
    Pool lent = Objects.requireNonNull(world.provider.host).lendPool("lent");
    assertEquals(List.of("flush"), quern.close(Duration.ZERO));
    assertFalse(world.provider.fake("lent").ended);
    assertEquals(0, world.provider.fake("lent").interrupted);
    lent.close();
    assertTrue(world.provider.fake("lent").ended);
  }

  @Test
  void norIsOneKeptByWhoWasDroppedMeanwhile() throws Exception {
    Quern quern = world.open(OpenOptions.NONE);
    quern.newWorkQueue("maintenance");
    world.provider.fake("maintenance").closing = () -> List.of("flush");
    Pool kept = Objects.requireNonNull(world.provider.host).lendPool("lent");
    AtomicReference<Pool> held = new AtomicReference<>(world.provider.host.lendPool("lent"));
    assertEquals(List.of("flush"), quern.close(Duration.ZERO));
    WeakReference<Pool> gone = new WeakReference<>(held.getAndSet(null));
    while (!gone.refersTo(null)) {
      System.gc();
    }
    assertFalse(world.provider.fake("lent").ended);
    kept.close();
    assertTrue(world.provider.fake("lent").ended);
  }

  @Test
  void oneThatCannotBeClosedHoldsUpNobody() throws Exception {
    Quern quern = world.open(OpenOptions.NONE);
    quern.newWorkQueue("broken");
    quern.newQueue(QueueSpec.unbounded("events"));
    world.provider.fake("broken").closing =
        () -> {
          throw new MisuseException("on purpose");
        };
    assertEquals(List.of("broken"), quern.close(LONG));
    assertTrue(world.provider.fake("events").ended);
    assertTrue(world.logged.get(0).contains("on purpose"), world.logged::toString);
  }

  @Test
  void closeTakesItsLimitFromTheSettingsAndLogsWhatIsLeft() {
    Quern quern = world.open(OpenOptions.NONE.set("quern.close-limit", "0s"));
    quern.newWorkQueue("maintenance");
    world.provider.fake("maintenance").closing = () -> List.of("flush");
    quern.close();
    assertEquals(List.of("WARNING runtime: closed, left unfinished: [flush]"), world.logged);
  }

  @Test
  void anInterruptEndsTheWaitAndNotTheRequest() throws Exception {
    Quern quern = world.open(OpenOptions.NONE);
    quern.newWorkQueue("maintenance");
    quern.newQueue(QueueSpec.unbounded("events"));
    Fake stuck = world.provider.fake("maintenance");
    stuck.closing = LifecycleTest::interruptibly;
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> quern.close(LONG));
    assertFalse(Thread.currentThread().isInterrupted());
    assertTrue(world.provider.fake("events").ended, "told to close all the same");
    assertEquals(0, stuck.interrupted);
    assertThrows(ClosedException.class, () -> quern.newWorkQueue("late"));
    stuck.closing = null;
    assertEquals(List.of(), quern.close(LONG), "the next close goes on");
  }

  @Test
  void closeFinishesThoughInterruptedAndRestoresTheFlag() {
    Quern quern = world.open(OpenOptions.NONE);
    quern.newWorkQueue("maintenance");
    Fake slow = world.provider.fake("maintenance");
    slow.closing = LifecycleTest::interruptibly;
    world.provider.shape = fake -> fake;
    Thread.currentThread().interrupt();
    slow.closing = () -> Thread.currentThread().isInterrupted() ? interruptibly() : List.of();
    quern.close();
    assertTrue(Thread.interrupted());
    assertTrue(slow.ended);
  }

  @Test
  void aSecondCloseWaitsForTheFirst() throws Exception {
    Quern quern = world.open(OpenOptions.NONE);
    quern.newWorkQueue("maintenance");
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    world.provider.fake("maintenance").closing =
        () -> {
          entered.countDown();
          leave.await();
          return List.of();
        };
    FutureTask<List<String>> first = new FutureTask<>(() -> quern.close(LONG));
    new Thread(first).start();
    entered.await();
    assertEquals(List.of("maintenance"), quern.close(Duration.ZERO));
    FutureTask<List<String>> second = new FutureTask<>(() -> quern.close(LONG));
    Thread waiter = new Thread(second);
    waiter.start();
    while (waiter.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    assertFalse(second.isDone());
    leave.countDown();
    assertEquals(List.of(), first.get());
    assertEquals(List.of(), second.get());
    assertEquals(List.of("maintenance now"), world.provider.closings);
  }

  @Test
  void closeFromInsideOneOfItsRunsIsMisuse() {
    Quern quern = world.open(OpenOptions.NONE);
    quern.newTaskContext("device");
    Fake device = world.provider.fake("device");
    device.holdsCaller = true;
    MisuseException misuse = assertThrows(MisuseException.class, quern::close);
    assertEquals(
        "runtime: close() from inside TaskContext device would wait for itself",
        misuse.getMessage());
    assertThrows(MisuseException.class, () -> quern.close(Duration.ZERO));
    device.holdsCaller = false;
    world.provider.work =
        Optional.of(
            (Work)
                Proxy.newProxyInstance(
                    Work.class.getClassLoader(),
                    new Class<?>[] {Work.class},
                    (proxy, method, args) -> "work \"flush\""));
    assertThrows(MisuseException.class, quern::close);
    world.provider.work = Optional.empty();
    quern.newWorkQueue("still-open");
    quern.close();
  }

  @Test
  void aClosedRuntimeMakesNothing() {
    Quern quern = world.open(OpenOptions.NONE);
    DaemonQueue<String> parent = quern.newDaemonQueue(DaemonQueueSpec.unbounded("p"), i -> {});
    quern.threadPool("live");
    quern.close();
    quern.close();
    List<Executable> makers =
        List.of(
            () -> quern.newQueue(QueueSpec.unbounded("a")),
            () -> quern.newQueue(QueueSpec.unbounded("a"), () -> {}),
            () -> quern.newDaemonQueue(DaemonQueueSpec.unbounded("a"), i -> {}),
            () -> quern.newReclaimer("a", i -> {}),
            () -> quern.threadPool("live"),
            () -> quern.threadPool(ThreadPoolSpec.named("live")),
            () -> quern.newTaskContext("a"),
            () -> quern.newTaskContext(TaskContextSpec.named("a")),
            () -> quern.newWorkQueue("a"),
            () -> quern.newWorkQueue(WorkQueueSpec.named("a")),
            () -> quern.systemQueue(SystemQueue.UNBOUND),
            () -> parent.newChild(DaemonQueueSpec.unbounded("a"), i -> {}));
    int made = world.provider.made.size();
    for (Executable maker : makers) {
      assertThrows(ClosedException.class, maker);
    }
    assertEquals(made, world.provider.made.size());
    assertEquals(Optional.empty(), quern.currentWork());
    assertTrue(quern.inspect().families().isEmpty());
  }

  @Test
  void whatIsMadeWhileTheRuntimeClosesGoesAgain() {
    Quern quern = world.open(OpenOptions.NONE);
    world.provider.shape =
        fake -> {
          new Thread(quern::close).start();
          while (!quern.toString().equals("runtime CLOSED")) {
            Thread.onSpinWait();
          }
          return fake;
        };
    assertThrows(ClosedException.class, () -> quern.newWorkQueue("late"));
    assertTrue(world.provider.fake("late").ended);
  }

  @Test
  void argumentsAreCheckedFirst() {
    Quern quern = world.open(OpenOptions.NONE);
    quern.close();
    List<Executable> nulls =
        List.of(
            () -> quern.newQueue(nothing()),
            () -> quern.newQueue(QueueSpec.unbounded("a"), nothing()),
            () -> quern.newDaemonQueue(DaemonQueueSpec.unbounded("a"), nothing()),
            () -> quern.newReclaimer("a", nothing()),
            () -> quern.newReclaimer(nothing(), i -> {}),
            () -> quern.threadPool((String) nothing()),
            () -> quern.threadPool((ThreadPoolSpec) nothing()),
            () -> quern.newTaskContext((TaskContextSpec) nothing()),
            () -> quern.newWorkQueue((WorkQueueSpec) nothing()),
            () -> quern.systemQueue(nothing()),
            () -> quern.close(nothing()));
    nulls.forEach(call -> assertThrows(NullPointerException.class, call));
  }

  @Test
  void namesOfTheRuntimesOwnAreNotForUsers() {
    Quern quern = world.open(OpenOptions.NONE);
    DaemonQueue<String> parent = quern.newDaemonQueue(DaemonQueueSpec.unbounded("p"), i -> {});
    List<Executable> makers =
        List.of(
            () -> quern.newQueue(QueueSpec.unbounded("quern.a")),
            () -> quern.newDaemonQueue(DaemonQueueSpec.unbounded("quern.a"), i -> {}),
            () -> quern.newDaemonQueue(DaemonQueueSpec.unbounded("a").pool("quern.a"), i -> {}),
            () -> quern.newReclaimer("quern.a", i -> {}),
            () -> quern.threadPool("quern.a"),
            () -> quern.newTaskContext("quern.a"),
            () -> quern.newTaskContext(TaskContextSpec.named("a").pool("quern.a")),
            () -> quern.newWorkQueue("quern.default"),
            () -> parent.newChild(DaemonQueueSpec.unbounded("quern.a"), i -> {}));
    for (Executable maker : makers) {
      String message = assertThrows(IllegalArgumentException.class, maker).getMessage();
      assertTrue(message.endsWith("must not begin with \"quern.\""), message);
    }
    quern.newWorkQueue("quern-like");
    quern.close();
  }

  @Test
  void aSecondLiveDaemonQueueOrWorkQueueOfOneNameIsMisuse() {
    Quern quern = world.open(OpenOptions.NONE);
    DaemonQueue<String> daemon = quern.newDaemonQueue(DaemonQueueSpec.unbounded("a"), i -> {});
    WorkQueue work = quern.newWorkQueue("a");
    quern.newQueue(QueueSpec.unbounded("a"));
    quern.newQueue(QueueSpec.unbounded("a"));
    quern.newTaskContext("a");
    quern.newTaskContext("a");
    assertThrows(
        MisuseException.class, () -> quern.newDaemonQueue(DaemonQueueSpec.unbounded("a"), i -> {}));
    assertThrows(
        MisuseException.class, () -> daemon.newChild(DaemonQueueSpec.unbounded("a"), i -> {}));
    assertThrows(MisuseException.class, () -> quern.newReclaimer("a", i -> {}));
    assertEquals(
        "work queue \"a\": there is a live one of this name already",
        assertThrows(MisuseException.class, () -> quern.newWorkQueue("a")).getMessage());
    daemon.close();
    work.close();
    quern.newDaemonQueue(DaemonQueueSpec.unbounded("a"), i -> {});
    quern.newWorkQueue("a");
    quern.close();
  }

  @Test
  void aCreationThatFailsGivesTheNameBack() {
    Quern quern = world.open(OpenOptions.NONE);
    world.provider.shape =
        fake -> {
          throw new IllegalStateException("no threads");
        };
    assertThrows(IllegalStateException.class, () -> quern.newWorkQueue("a"));
    world.provider.shape = fake -> fake;
    quern.newWorkQueue("a");
    quern.close();
  }

  @Test
  void aChildsSpecHasNoThread() {
    Quern quern = world.open(OpenOptions.NONE);
    DaemonQueue<String> parent = quern.newDaemonQueue(DaemonQueueSpec.unbounded("p"), i -> {});
    DaemonQueueSpec spec = DaemonQueueSpec.unbounded("c");
    for (DaemonQueueSpec wrong :
        List.of(spec.pool("io"), spec.priority(3), spec.waiting(Waiting.PARK))) {
      assertThrows(IllegalArgumentException.class, () -> parent.newChild(wrong, i -> {}));
    }
    quern.close();
  }

  @Test
  void droppedQueuesAndContextsAreNotKeptAlive() {
    Quern quern = world.open(OpenOptions.NONE);
    AtomicReference<Queue<String>> kept = new AtomicReference<>();
    kept.set(quern.newQueue(QueueSpec.unbounded("q")));
    WeakReference<Object> queue = new WeakReference<>(kept.get());
    WeakReference<Object> context = new WeakReference<>(quern.newTaskContext("t"));
    WeakReference<Object> work = new WeakReference<>(quern.newWorkQueue("w"));
    kept.set(null);
    world.provider.made.clear();
    while (queue.get() != null || context.get() != null) {
      System.gc();
    }
    assertFalse(work.get() == null);
    assertEquals(List.of("w"), quern.inspect().families().stream().map(Family::name).toList());
    quern.close();
  }

  @Test
  void systemQueuesBelongToTheRuntime() {
    Quern quern = world.open(OpenOptions.NONE);
    WorkQueue system = quern.systemQueue(SystemQueue.HIGH_PRIORITY);
    assertEquals("quern.high-priority", system.name());
    assertThrows(MisuseException.class, system::close);
    assertThrows(MisuseException.class, () -> system.close(Duration.ZERO));
    assertFalse(world.provider.fake("quern.high-priority").ended);
    assertEquals(system, quern.systemQueue(SystemQueue.HIGH_PRIORITY));
    assertEquals(
        Optional.of(Thread.MAX_PRIORITY),
        ((WorkQueueSpec) world.provider.fake("quern.high-priority").spec).priority());
    quern.close();
    assertTrue(world.provider.fake("quern.high-priority").ended);
  }

  @Test
  void familiesAreSumsOfTheirLiveMembers() {
    Quern quern = world.open(OpenOptions.NONE);
    Queue<String> first = quern.newQueue(QueueSpec.unbounded("q"));
    Fake one = world.provider.fake("q");
    quern.newQueue(QueueSpec.unbounded("q"));
    Fake two = world.provider.fake("q");
    Family.Running running = new Family.Running("x", Instant.now(), "t");
    one.counts = new Counts(1, List.of(running), 2, 3, 4, 5, 6, 7, 8);
    two.counts = new Counts(10, List.of(), 20, 30, 40, 50, 60, 70, 80);
    assertEquals(
        Optional.of(
            new Family(
                Kind.QUEUE,
                "q",
                "fake",
                2,
                11,
                List.of(running),
                22,
                33,
                44,
                55,
                66,
                Duration.ofNanos(77),
                Duration.ofNanos(88))),
        quern.inspect().family(Kind.QUEUE, "q"));
    first.close();
    assertEquals(1, quern.inspect().family(Kind.QUEUE, "q").orElseThrow().live());
    quern.close();
    assertEquals(Optional.empty(), quern.inspect().family(Kind.QUEUE, "q"));
  }

  @Test
  void inspectShowsTheSettingsInForceAndWhatIsConfiguredForOthers() {
    Quern quern = world.open(OpenOptions.NONE.set("quern.thread-pool.*.idle-limit", "5000ms"));
    quern.newTaskContext("device");
    assertEquals(
        List.of(
            new Inspection.Setting("quern.checks", "false", "default"),
            new Inspection.Setting("quern.close-limit", "30s", "default"),
            new Inspection.Setting("quern.close-on-exit", "false", "default"),
            new Inspection.Setting("quern.wait-cycles", "false", "default"),
            new Inspection.Setting("quern.provider", "fake", "program"),
            new Inspection.Setting("quern.thread-pool.*.idle-limit", "5s", "program"),
            new Inspection.Setting("quern.task-context.device.max-inline", "64", "default"),
            new Inspection.Setting("quern.task-context.device.max-inline-time", "1ms", "default")),
        quern.inspect().settings());
    quern.close();
  }

  @Test
  void runtimesAreIndependent() {
    Quern one = world.open(OpenOptions.NONE);
    Worlds elsewhere = new Worlds();
    Quern two = elsewhere.open(OpenOptions.NONE);
    one.newWorkQueue("a");
    two.newWorkQueue("a");
    one.close();
    two.newWorkQueue("b");
    assertFalse(elsewhere.provider.fake("a").ended);
    two.close();
  }

  @Test
  void theTimerThreadEndsWithTheRuntime() throws Exception {
    AtomicReference<Thread> timer = new AtomicReference<>();
    ThreadFactory factory =
        body -> {
          timer.set(new Thread(body));
          return timer.get();
        };
    Quern quern = world.open(OpenOptions.NONE.threadFactory(factory));
    assertEquals("quern.timer", timer.get().getName());
    assertTrue(timer.get().isAlive());
    quern.close();
    timer.get().join();
  }

  @Test
  void aShutdownHookClosesOnlyOnRequest() throws Exception {
    assertEquals("", ExitProgram.run("false"));
    assertEquals("told: maintenance", ExitProgram.run("true"));
  }

  @Test
  void aClosedRuntimeIsReachableThroughNoHook() {
    AtomicReference<Quern> kept = new AtomicReference<>();
    kept.set(new Worlds().open(OpenOptions.NONE.set("quern.close-on-exit", "true")));
    WeakReference<Quern> quern = new WeakReference<>(kept.get());
    kept.get().close();
    kept.set(null);
    while (quern.get() != null) {
      System.gc();
    }
  }

  private static List<String> interruptibly() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return List.of("flush");
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nothing() {
    return null;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Failure;
import dev.quern.FailureHandler;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.ThreadPoolSpec;
import dev.quern.spi.Alarm;
import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Threads, alarms and failure reports (rules G5, G13, G16, D16). */
@Timeout(30)
class HostTest {
  private static final InheritableThreadLocal<String> INHERITED = new InheritableThreadLocal<>();

  private final Worlds world = new Worlds();

  @Test
  void aThreadIsDaemonInheritsNothingAndHasLoaderNameAndPriority() throws Exception {
    Host host = open(OpenOptions.NONE);
    INHERITED.set("leak");
    try {
      ClassLoader loader = new ClassLoader() {};
      for (ThreadFactory factory : new ThreadFactory[] {null, Thread::new}) {
        Host lent = factory == null ? host : open(OpenOptions.NONE.threadFactory(factory));
        CompletableFuture<Thread> ran = new CompletableFuture<>();
        CompletableFuture<Optional<String>> inherited = new CompletableFuture<>();
        lent.startThread(
            "mine",
            7,
            false,
            loader,
            () -> {
              inherited.complete(Optional.ofNullable(INHERITED.get()));
              ran.complete(Thread.currentThread());
              assertSame(loader, Thread.currentThread().getContextClassLoader());
            });
        Thread thread = ran.get();
        assertTrue(thread.isDaemon());
        assertEquals("mine", thread.getName());
        assertEquals(7, thread.getPriority());
        if (factory == null) {
          assertEquals(Optional.empty(), inherited.get());
        }
      }
    } finally {
      INHERITED.remove();
    }
  }

  @Test
  void theLoaderMayBeTheBootLoaderAndThePriorityTheNormalOne() throws Exception {
    Host host = open(OpenOptions.NONE);
    CompletableFuture<List<Object>> seen = new CompletableFuture<>();
    host.startThread(
        "plain",
        ThreadPoolSpec.NO_PRIORITY,
        false,
        null,
        () -> {
          List<Object> values = new ArrayList<>();
          values.add(Thread.currentThread().getContextClassLoader());
          values.add(Thread.currentThread().getPriority());
          seen.complete(values);
        });
    assertNull(seen.get().get(0));
    assertEquals(Thread.NORM_PRIORITY, seen.get().get(1));
  }

  @Test
  void aFactoryThatThrowsOrReturnsNullOrAStartedThreadCannotStartOne() {
    AtomicInteger calls = new AtomicInteger();
    RuntimeException thrown = new IllegalStateException("no more threads");
    Error error = new OutOfMemoryError("on purpose");
    Host host =
        open(
            OpenOptions.NONE.threadFactory(
                body -> {
                  switch (calls.getAndIncrement()) {
                    case 0:
                      return new Thread(body); // the timer's
                    case 1:
                      throw thrown;
                    case 2:
                      throw error;
                    case 3:
                      return nothing();
                    default:
                      return Thread.currentThread();
                  }
                }));
    assertSame(thrown, cannotStart(host).getCause());
    assertSame(error, cannotStart(host).getCause());
    assertNotNull(cannotStart(host).getCause());
    assertTrue(cannotStart(host).getCause() instanceof IllegalThreadStateException);
  }

  @Test
  void aTimerThreadThatCannotStartFailsOpenAndLeavesNothing() {
    RuntimeException thrown = new IllegalStateException("no threads");
    IllegalStateException failed =
        assertThrows(
            IllegalStateException.class,
            () ->
                open(
                    OpenOptions.NONE.threadFactory(
                        body -> {
                          throw thrown;
                        })));
    assertSame(thrown, failed.getCause());
    assertTrue(world.provider.made.isEmpty());
  }

  @Test
  @EnabledForJreRange(max = JRE.JAVA_20)
  void virtualWorkersAreMisuseWhereTheJdkHasNone() {
    try (Quern quern = world.open(OpenOptions.NONE)) {
      String message =
          assertThrows(
                  MisuseException.class,
                  () -> quern.threadPool(ThreadPoolSpec.named("v").virtual(true)))
              .getMessage();
      assertTrue(
          message.startsWith("thread pool \"v\": virtual workers need JDK 21 or later"), message);
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void virtualThreadsAreMadeWhereTheJdkHasThem() throws Exception {
    Host host = open(OpenOptions.NONE);
    CompletableFuture<Thread> ran = new CompletableFuture<>();
    host.startThread("light", 0, true, null, () -> ran.complete(Thread.currentThread()));
    assertEquals("light", ran.get().getName());
    assertEquals(true, Thread.class.getMethod("isVirtual").invoke(ran.get()));
  }

  @Test
  void aPriorityWithVirtualWorkersIsMisuse() {
    try (Quern quern = world.open(OpenOptions.NONE)) {
      String message =
          assertThrows(
                  MisuseException.class,
                  () -> quern.threadPool(ThreadPoolSpec.named("v").virtual(true).priority(3)))
              .getMessage();
      assertEquals("thread pool \"v\": virtual workers cannot have a priority", message);
    }
  }

  @Test
  void theEarliestOfSeveralAlarmsRings() throws Exception {
    Host host = open(OpenOptions.NONE);
    LinkedBlockingQueue<String> rang = new LinkedBlockingQueue<>();
    Alarm late = host.newAlarm(now -> never(rang, "late"));
    Alarm soon = host.newAlarm(now -> never(rang, "soon"));
    long now = host.nanoTime();
    late.at(now + 3_600_000_000_000L);
    soon.at(now + 7_200_000_000_000L);
    soon.at(now + 20_000_000L); // earlier counts
    soon.at(now + 7_200_000_000_000L); // later does not
    soon.at(Long.MAX_VALUE);
    assertEquals("soon", rang.take());
    assertTrue(host.nanoTime() - now >= 20_000_000L);
    late.at(host.nanoTime());
    assertEquals("late", rang.take());
    assertTrue(rang.isEmpty());
  }

  @Test
  void anExpiryNamesItsNextDeadline() throws Exception {
    Host host = open(OpenOptions.NONE);
    AtomicInteger rings = new AtomicInteger();
    CountDownLatch thrice = new CountDownLatch(3);
    Alarm alarm =
        host.newAlarm(
            now -> {
              int ring = rings.incrementAndGet();
              thrice.countDown();
              return ring < 3 ? now + 1_000_000 : Long.MAX_VALUE;
            });
    alarm.at(host.nanoTime());
    thrice.await();
    assertEquals(3, rings.get());
  }

  @Test
  void anExpiryThatThrowsIsReportedAndTriedAgain() throws Exception {
    Host host = open(OpenOptions.NONE);
    AtomicInteger rings = new AtomicInteger();
    CountDownLatch again = new CountDownLatch(1);
    Alarm alarm =
        host.newAlarm(
            now -> {
              if (rings.getAndIncrement() == 0) {
                throw new StackOverflowError("on purpose");
              }
              again.countDown();
              return Long.MAX_VALUE;
            });
    alarm.at(host.nanoTime());
    again.await();
    assertEquals(1, world.logged.size());
    assertTrue(world.logged.get(0).contains("on purpose"));
  }

  @Test
  void aClosedAlarmRingsNoMore() throws Exception {
    Host host = open(OpenOptions.NONE);
    LinkedBlockingQueue<String> rang = new LinkedBlockingQueue<>();
    Alarm closed = host.newAlarm(now -> never(rang, "closed"));
    closed.close();
    closed.at(host.nanoTime());
    Alarm open = host.newAlarm(now -> never(rang, "open"));
    open.at(host.nanoTime());
    assertEquals("open", rang.take());
    assertTrue(rang.isEmpty());
  }

  /** Else who closes asks for a last look, and waits for it for ever. */
  @Test
  void whatIsDueWhenTheTimerThreadEndsStillRings() throws Exception {
    TimerThread timer = new TimerThread(() -> 0, world.log());
    LinkedBlockingQueue<String> rang = new LinkedBlockingQueue<>();
    Alarm last = timer.newAlarm(now -> never(rang, "last"));
    Alarm future = timer.newAlarm(now -> never(rang, "future"));
    Alarm ender =
        timer.newAlarm(
            now -> {
              future.at(1);
              last.at(0);
              timer.end();
              return Long.MAX_VALUE;
            });
    ender.at(0);
    timer.start(new Threads(Optional.empty(), new VirtualThreads()));
    assertEquals("last", rang.poll(10, TimeUnit.SECONDS));
    assertTrue(rang.isEmpty());
  }

  @Test
  void deadlinesAreComparedAcrossTheOverflow() throws Exception {
    AtomicInteger step = new AtomicInteger();
    long start = Long.MAX_VALUE - 10;
    TimerThread timer = new TimerThread(() -> start + step.get(), world.log());
    LinkedBlockingQueue<String> rang = new LinkedBlockingQueue<>();
    Alarm before = timer.newAlarm(now -> never(rang, "before"));
    Alarm after = timer.newAlarm(now -> never(rang, "after"));
    after.at(start + 20); // negative
    before.at(start + 5);
    step.set(30);
    timer.start(new Threads(Optional.empty(), new VirtualThreads()));
    assertEquals("before", rang.take());
    assertEquals("after", rang.take());
    timer.end();
  }

  @Test
  void aFailureReachesTheHandlerOnce() {
    List<Failure> failures = new ArrayList<>();
    Host host = open(OpenOptions.NONE.onFailure(failures::add));
    Throwable cause = new Error("on purpose");
    host.failed(Kind.WORK_QUEUE, "maintenance", "flush", cause);
    host.failed(Kind.DAEMON_QUEUE, "writer", null, cause);
    assertEquals(
        List.of(
            new Failure(Kind.WORK_QUEUE, "maintenance", Optional.of("flush"), cause),
            new Failure(Kind.DAEMON_QUEUE, "writer", Optional.empty(), cause)),
        failures);
    assertEquals(List.of(), world.logged);
  }

  @Test
  void withoutAHandlerAFailureIsLoggedAtError() {
    Host host = open(OpenOptions.NONE);
    host.failed(Kind.WORK_QUEUE, "maintenance", "flush", new Error("on purpose"));
    assertEquals(
        List.of("ERROR work queue \"maintenance\", \"flush\": failed java.lang.Error: on purpose"),
        world.logged);
  }

  @Test
  void aHandlerThatThrowsIsLoggedAndOtherwiseIgnored() {
    for (Throwable thrown : List.of(new IllegalStateException("bad"), new AssertionError("bad"))) {
      world.logged.clear();
      Host host = open(OpenOptions.NONE.onFailure(failure -> sneak(thrown)));
      host.failed(Kind.WORK_QUEUE, "maintenance", "flush", new Error("on purpose"));
      assertEquals(2, world.logged.size());
      assertTrue(world.logged.get(0).endsWith("on purpose"));
      assertTrue(world.logged.get(1).endsWith("bad"));
    }
  }

  @Test
  void aHandlerIsNeverNestedInAnotherOnOneThread() throws Exception {
    List<String> told = new ArrayList<>();
    CompletableFuture<Host> self = new CompletableFuture<>();
    FailureHandler handler =
        failure -> {
          told.add(failure.primitive());
          if (failure.primitive().equals("outer")) {
            self.join().failed(Kind.QUEUE, "inner", null, new Error("inside"));
            CompletableFuture.runAsync(
                    () -> self.join().failed(Kind.QUEUE, "elsewhere", null, new Error()))
                .join();
          }
        };
    Host host = open(OpenOptions.NONE.onFailure(handler));
    self.complete(host);
    host.failed(Kind.QUEUE, "outer", null, new Error());
    host.failed(Kind.QUEUE, "later", null, new Error());
    assertEquals(List.of("outer", "elsewhere", "later"), told);
    assertEquals(List.of("ERROR queue \"inner\": failed java.lang.Error: inside"), world.logged);
  }

  @Test
  void checksAreAsConfigured() {
    assertFalse(open(OpenOptions.NONE).checks());
    assertTrue(open(OpenOptions.NONE.set("quern.checks", "true")).checks());
  }

  private Host open(OpenOptions options) {
    world.open(options);
    return Objects.requireNonNull(world.provider.host);
  }

  private static CannotStartThreadException cannotStart(Host host) {
    return assertThrows(
        CannotStartThreadException.class,
        () -> host.startThread("t", ThreadPoolSpec.NO_PRIORITY, false, null, () -> {}));
  }

  private static long never(LinkedBlockingQueue<String> rang, String name) {
    rang.add(name);
    return Long.MAX_VALUE;
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nothing() {
    return null;
  }

  @SuppressWarnings("unchecked")
  private static <X extends Throwable> void sneak(Throwable thrown) throws X {
    throw (X) thrown;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ClosedException;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.spi.Pool;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rule P1: pools are shared by name, and counted. */
@Timeout(30)
class PoolHandleTest {
  private final Worlds world = new Worlds();
  private final Quern quern = world.open(OpenOptions.NONE);

  @AfterEach
  void close() {
    world.provider.job = Optional.empty();
    world.provider.made.forEach(
        fake -> {
          fake.holdsCaller = false;
          fake.closing = null;
        });
    quern.close();
  }

  @Test
  void handlesOfOneNameShareOnePoolUntilTheLastIsClosed() {
    ThreadPool first = quern.threadPool("io");
    ThreadPool second = quern.threadPool("io");
    assertNotSame(first, second);
    Fake pool = world.provider.fake("io");
    first.close();
    first.close();
    assertTrue(first.isClosed());
    assertFalse(second.isClosed());
    assertFalse(pool.ended);
    second.close();
    assertTrue(pool.ended);
    assertTrue(quern.inspect().family(Kind.THREAD_POOL, "io").isEmpty());
    quern.threadPool("io");
    assertNotSame(pool, world.provider.fake("io"));
  }

  @Test
  void closingAHandleClosesTheJobsMadeThroughIt() {
    ThreadPool first = quern.threadPool("io");
    ThreadPool second = quern.threadPool("io");
    Job mine = first.newJob("mine", () -> {});
    Job other = second.newJob("other", () -> {});
    first.close();
    assertTrue(mine.isClosed());
    assertFalse(other.isClosed());
    assertEquals(
        "thread pool \"io\": is closed",
        assertThrows(ClosedException.class, () -> first.newJob("late", () -> {})).getMessage());
    assertTrue(world.provider.fake("late").ended);
  }

  @Test
  void aCloseThatGivesUpLeavesNothingToBeDone() throws InterruptedException {
    ThreadPool io = quern.threadPool("io");
    io.newJob("long", () -> {});
    Fake job = world.provider.fake("long");
    Fake pool = world.provider.fake("io");
    job.closing = () -> List.of("long");
    pool.closing = () -> List.of("long");
    assertEquals(List.of("long"), io.close(Duration.ofSeconds(9)));
    assertTrue(world.provider.closings.contains("io within"), "told to end, though a job goes on");
    ThreadPool next = quern.threadPool("io");
    assertNotSame(pool, world.provider.fake("io"), "one asked for while its namesake ends is new");
    assertFalse(next.isClosed());
    job.closing = null;
    pool.closing = null;
    assertEquals(List.of(), io.close(Duration.ofMillis(1)));
  }

  @Test
  void anInterruptLeavesTheRequestInEffect() {
    ThreadPool io = quern.threadPool("io");
    io.newJob("long", () -> {});
    world.provider.fake("long").closing =
        () -> {
          if (Thread.interrupted()) {
            throw new InterruptedException();
          }
          return List.of("long");
        };
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> io.close(Duration.ofSeconds(9)));
    assertTrue(io.isClosed());
    assertEquals(List.of("long now", "long within"), world.provider.closings);
  }

  @Test
  void closingAHandleFromOneOfItsJobsIsMisuse() {
    ThreadPool io = quern.threadPool("io");
    ThreadPool other = quern.threadPool("io");
    world.provider.job = Optional.of(io.newJob("mine", () -> {}));
    assertEquals(
        "thread pool \"io\": close() from inside one of its jobs would wait for itself",
        assertThrows(MisuseException.class, io::close).getMessage());
    assertThrows(MisuseException.class, () -> io.close(Duration.ZERO));
    assertFalse(io.isClosed());
    other.close();
  }

  @Test
  void closingAnyHandleFromTheOnlyWorkerIsMisuse() {
    ThreadPool one = quern.threadPool(ThreadPoolSpec.named("one").maxThreads(1));
    quern.threadPool("one"); // so it is not the last handle either
    world.provider.fake("one").holdsCaller = true;
    assertThrows(MisuseException.class, one::close);
  }

  @Test
  void closingTheLastHandleFromAWorkerIsMisuse() {
    ThreadPool io = quern.threadPool("io");
    world.provider.fake("io").holdsCaller = true;
    assertThrows(MisuseException.class, io::close);
    assertFalse(io.isClosed());
    ThreadPool second = quern.threadPool("io");
    io.close();
    assertThrows(MisuseException.class, second::close);
  }

  @Test
  void aPrimitivesHandleCountsAsOne() {
    Pool lent = Objects.requireNonNull(world.provider.host).lendPool("io");
    ThreadPool io = quern.threadPool("io");
    Fake pool = world.provider.fake("io");
    io.close();
    assertFalse(pool.ended);
    lent.close();
    lent.close();
    assertTrue(pool.ended);
    assertEquals(1, world.provider.closings.size(), world.provider.closings::toString);
  }

  @Test
  void aPrimitivesLastHandleGivenBackByAWorkerDoesNotWait() throws InterruptedException {
    Pool lent = Objects.requireNonNull(world.provider.host).lendPool("io");
    Fake pool = world.provider.fake("io");
    pool.holdsCaller = true;
    CountDownLatch ended = new CountDownLatch(1);
    List<String> by = new ArrayList<>();
    pool.closing =
        () -> {
          by.add(Thread.currentThread().getName());
          ended.countDown();
          return List.of();
        };
    lent.close();
    ended.await();
    assertEquals(List.of(TimerThread.NAME), by);
    assertEquals(List.of("io now"), world.provider.closings);
  }

  @Test
  void theRuntimesOwnPoolStaysUntilTheRuntimeIsClosed() {
    Pool lent = Objects.requireNonNull(world.provider.host).lendPool(null);
    Fake own = world.provider.fake(SharedPools.OWN);
    lent.close();
    assertFalse(own.ended);
    Objects.requireNonNull(world.provider.host).lendPool(null);
    assertSame(own, world.provider.fake(SharedPools.OWN));
    quern.close();
    assertTrue(own.ended);
  }

  @Test
  void onlyTheOneWorkerOfAPoolIsHeldByIt() {
    Pool one = lend(ThreadPoolSpec.named("one").maxThreads(1));
    Pool two = lend(ThreadPoolSpec.named("two").maxThreads(2));
    assertFalse(one.holdsCaller());
    world.provider.fake("one").holdsCaller = true;
    world.provider.fake("two").holdsCaller = true;
    assertTrue(one.holdsCaller());
    assertFalse(two.holdsCaller());
  }

  @Test
  void racingCreationsLeaveOnePool() throws Exception {
    CyclicBarrier together = new CyclicBarrier(4);
    List<FutureTask<ThreadPool>> racers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      FutureTask<ThreadPool> racer =
          new FutureTask<>(
              () -> {
                together.await();
                return quern.threadPool("io");
              });
      racers.add(racer);
      new Thread(racer).start();
    }
    for (FutureTask<ThreadPool> racer : racers) {
      racer.get();
    }
    assertEquals(1, world.provider.made.size());
  }

  @Test
  void aPoolThatCannotBeMadeLeavesNothing() {
    world.provider.shape =
        fake -> {
          throw new IllegalStateException("no threads");
        };
    assertThrows(IllegalStateException.class, () -> quern.threadPool("io"));
    world.provider.shape = fake -> fake;
    assertFalse(quern.threadPool("io").isClosed());
  }

  @Test
  void whatADroppedPrimitiveHadIsGivenBackByWhoeverComesNext() {
    Fake pool = Objects.requireNonNull(lendAndDrop("io"));
    while (!pool.ended) {
      System.gc();
      quern.threadPool("other").close();
    }
    assertTrue(quern.inspect().family(Kind.THREAD_POOL, "io").isEmpty());
  }

  @Test
  void aJobMadeThroughItIsEnoughToKeepIt() {
    Job job = Objects.requireNonNull(world.provider.host).lendPool("io").newJob("job", () -> {});
    Fake pool = world.provider.fake("io");
    Fake dropped = Objects.requireNonNull(lendAndDrop("dropped"));
    world.provider.made.clear();
    while (!dropped.ended) {
      System.gc();
      quern.threadPool("other").close();
    }
    assertFalse(pool.ended);
    Reference.reachabilityFence(job);
  }

  private @Nullable Fake lendAndDrop(String name) {
    Objects.requireNonNull(world.provider.host).lendPool(name);
    return world.provider.fake(name);
  }

  private Pool lend(ThreadPoolSpec spec) {
    quern.threadPool(spec);
    return Objects.requireNonNull(world.provider.host).lendPool(spec.name());
  }
}

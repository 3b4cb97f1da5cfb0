// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ClosedException;
import dev.quern.CpuPools;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Family;
import dev.quern.Inspection.Setting;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A pool for each CPU: rule P12. What holds of them is the same whether workers are bound or not;
 * where they are, the module that binds them runs these tests as well.
 */
public final class CpuPoolsRules {
  private static final ThreadPoolSpec SPEC = ThreadPoolSpec.named("io");
  private static final int CPUS = Runtime.getRuntime().availableProcessors();

  private static List<String> families(Quern quern) {
    return quern.inspect().families().stream()
        .filter(family -> family.kind() == Kind.THREAD_POOL)
        .map(Family::name)
        .toList();
  }

  private static <T> T ranIn(ThreadPool pool, Callable<T> code) throws Exception {
    CompletableFuture<T> outcome = new CompletableFuture<>();
    Job job =
        pool.newJob(
            "asked",
            () -> {
              try {
                outcome.complete(code.call());
              } catch (Throwable thrown) {
                outcome.completeExceptionally(thrown);
              }
            });
    job.submit();
    T result = outcome.get(Scene.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    job.close();
    return result;
  }

  @Conformance
  @Rule("P12")
  void eachCpuHasItsPoolTheSameEachTime(Scene scene) throws Exception {
    CpuPools pools = scene.quern().cpuPools(SPEC);
    assertEquals("io", pools.name());
    assertTrue(pools.toString().contains("\"io\""), pools::toString);
    Set<ThreadPool> seen = new HashSet<>();
    for (int cpu = 0; cpu < CPUS; cpu++) {
      ThreadPool pool = pools.remote(cpu);
      assertSame(pool, pools.remote(cpu));
      assertTrue(seen.add(pool), "one pool for two CPUs");
      assertEquals("io-cpu" + cpu, pool.name());
      String worker = ranIn(pool, () -> Thread.currentThread().getName());
      assertTrue(worker.startsWith("io-cpu" + cpu + "-"), worker);
    }
    assertEquals(CPUS, families(scene.quern()).size());
  }

  @Conformance
  @Rule({"P12", "G1", "G14"})
  void aCpuThatIsNotThereAndANameThatLeavesNoRoom(Scene scene) {
    Quern quern = scene.quern();
    CpuPools pools = quern.cpuPools(SPEC);
    for (int cpu : new int[] {-1, CPUS, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      String message =
          String.valueOf(
              assertThrows(IllegalArgumentException.class, () -> pools.remote(cpu)).getMessage());
      for (String part : List.of("cpu", String.valueOf(cpu), "0", String.valueOf(CPUS - 1))) {
        assertTrue(message.contains(part), message);
      }
    }
    ThreadPoolSpec tooLong = ThreadPoolSpec.named("x".repeat(64));
    assertThrows(IllegalArgumentException.class, () -> quern.cpuPools(tooLong));
    assertThrows(
        IllegalArgumentException.class, () -> quern.cpuPools(ThreadPoolSpec.named("quern.io")));
    assertEquals(CPUS, families(quern).size(), "nothing was made");
  }

  @Conformance
  @Rule("P12")
  void theLocalPoolIsThatOfTheCallersCpuOrOfItsThread(Scene scene) throws Exception {
    CpuPools pools = scene.quern().cpuPools(SPEC);
    if (pools.isBound()) {
      for (int cpu = 0; cpu < CPUS; cpu++) {
        ThreadPool mine = pools.remote(cpu);
        for (int i = 0; i < 20; i++) {
          assertSame(mine, ranIn(mine, pools::local), "CPU " + cpu);
        }
      }
    } else {
      Set<ThreadPool> chosen = new HashSet<>();
      for (int i = 0; i < 8 * CPUS; i++) {
        Async<ThreadPool> asked =
            scene.async(
                () -> {
                  ThreadPool first = pools.local();
                  for (int again = 0; again < 100; again++) {
                    assertSame(first, pools.local(), "another one for the same thread");
                  }
                  return first;
                });
        chosen.add(asked.result());
      }
      assertEquals(CPUS, chosen.size(), "threads are spread over all pools");
    }
  }

  @Conformance
  @Rule({"P12", "P1"})
  void handlesOfOneNameShareThePools(Scene scene) throws Exception {
    Quern quern = scene.quern();
    CpuPools first = quern.cpuPools(SPEC.maxThreads(1));
    CpuPools second = quern.cpuPools(SPEC);
    ThreadPool byName = quern.threadPool("io-cpu0");
    assertNotEquals(first.remote(0), second.remote(0), "each has handles of its own");
    Thread worker = ranIn(first.remote(0), Thread::currentThread);
    assertSame(worker, ranIn(second.remote(0), Thread::currentThread));
    assertSame(worker, ranIn(byName, Thread::currentThread));
    assertThrows(MisuseException.class, () -> quern.cpuPools(SPEC.maxThreads(2)));
    first.close();
    assertTrue(first.isClosed());
    assertFalse(second.isClosed());
    assertSame(worker, ranIn(second.remote(0), Thread::currentThread));
    byName.close();
    second.close();
    assertEquals(List.of(), families(quern), "a failed call left a handle behind");
  }

  @Conformance
  @Rule({"P12", "P1"})
  void aPoolOfThatNameThatIsNoCpusIsMisuseAndNoneIsLeft(Scene scene) throws Exception {
    Quern quern = scene.quern();
    String last = "io-cpu" + (CPUS - 1);
    ThreadPool plain = quern.threadPool(last);
    String message =
        String.valueOf(
            assertThrows(MisuseException.class, () -> quern.cpuPools(SPEC)).getMessage());
    assertTrue(message.contains(last), message);
    assertEquals(List.of(last), families(quern), "none is left");
    plain.close();
    quern.cpuPools(SPEC).close();
    assertEquals(List.of(), families(quern));
  }

  @Conformance
  @Rule({"P12", "P15"})
  void failingToCreateOneLeavesNone(Scene scene) throws Exception {
    AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
    List<Thread> made = new CopyOnWriteArrayList<>();
    Quern quern =
        scene.open(
            OpenOptions.NONE.threadFactory(
                body -> {
                  if (left.decrementAndGet() < 0) {
                    throw new IllegalStateException("no more threads");
                  }
                  Thread thread = new Thread(body);
                  made.add(thread);
                  return thread;
                }));
    made.clear(); // the timer's
    left.set(CPUS - 1);
    IllegalStateException thrown =
        assertThrows(IllegalStateException.class, () -> quern.cpuPools(SPEC));
    assertEquals("no more threads", thrown.getCause().getMessage());
    assertEquals(List.of(), families(quern));
    scene.eventually("overseers end", () -> made.stream().noneMatch(Thread::isAlive));
    left.set(Integer.MAX_VALUE);
    CpuPools pools = quern.cpuPools(SPEC);
    assertEquals("ran", ranIn(pools.remote(CPUS - 1), () -> "ran"));
  }

  @Conformance
  @Rule({"P12", "P1", "G11"})
  void closingThemClosesEachPool(Scene scene) throws Exception {
    Quern quern = scene.quern();
    CpuPools pools = quern.cpuPools(SPEC);
    Blocked blocked = new Blocked();
    List<Job> jobs = new ArrayList<>();
    for (int cpu = 0; cpu < CPUS; cpu++) {
      Job job = pools.remote(cpu).newJob("job-" + cpu, blocked);
      job.submit();
      jobs.add(job);
    }
    List<String> names = jobs.stream().map(Job::name).toList();
    assertEquals(names, pools.close(Duration.ZERO), "all of them are told, and named");
    assertTrue(pools.isClosed());
    for (Job job : jobs) {
      assertThrows(ClosedException.class, job::submit);
    }
    for (int cpu = 0; cpu < CPUS; cpu++) {
      ThreadPool pool = pools.remote(cpu);
      assertTrue(pool.isClosed());
      assertThrows(ClosedException.class, () -> pool.newJob("late", () -> {}));
    }
    assertThrows(ClosedException.class, () -> pools.local().newJob("late", () -> {}));
    blocked.release();
    pools.close();
    assertEquals(List.of(), pools.close(Duration.ofDays(1)), "again");
    assertEquals(List.of(), families(quern));
    scene.eventually(
        "workers and overseers end",
        () -> scene.probe().threads().stream().noneMatch(Thread::isAlive));
  }

  /** How a worker is bound: the runtime hands it to the provider, bound or not. */
  @Conformance
  @Rule("P12")
  void whatIsHandedToTheProviderGoesAroundEachWorkerAndNobodyElse(Scene scene) throws Exception {
    Surrounding partner = new Surrounding(scene.provider());
    Quern quern =
        scene.openWith(
            partner, OpenOptions.NONE.set("quern.thread-pool.*.provider", partner.name()));
    ThreadPool pool = quern.threadPool("io");
    List<Thread> workers = new CopyOnWriteArrayList<>();
    CountDownLatch together = new CountDownLatch(3);
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      jobs.add(
          pool.newJob(
              "job",
              () -> {
                workers.add(Thread.currentThread());
                together.countDown();
                together.await();
              }));
      jobs.get(i).submit();
    }
    scene.await(together);
    assertEquals(Set.copyOf(workers), Set.copyOf(partner.entered()));
    assertEquals(3, partner.entered().size(), "once each");
    pool.close();
    scene.eventually("workers leave", () -> partner.left().size() == 3);
    assertEquals(Set.copyOf(workers), Set.copyOf(partner.left()));
  }

  @Conformance
  @Rule({"P12", "G4"})
  void whoIsInterruptedWhileClosingThemHasToldAll(Scene scene) throws Exception {
    CpuPools pools = scene.quern().cpuPools(SPEC);
    Blocked blocked = new Blocked();
    pools.remote(0).newJob("first", blocked).submit();
    blocked.awaitEntered(scene);
    Async<List<String>> close = Waiter.start(scene, () -> pools.close(Duration.ofHours(1)));
    for (int cpu = 0; cpu < CPUS; cpu++) {
      assertTrue(pools.remote(cpu).isClosed(), "CPU " + cpu + " was told before the wait");
    }
    close.interrupt();
    assertInstanceOf(InterruptedException.class, close.thrown());
    blocked.release();
    pools.close();
  }

  @Conformance
  @Rule({"P12", "G6"})
  void closingThemFromInsideOneOfTheirJobsIsMisuse(Scene scene) throws Exception {
    CpuPools pools = scene.quern().cpuPools(SPEC);
    ThreadPool last = pools.remote(CPUS - 1);
    for (int i = 0; i < 2; i++) {
      boolean timed = i == 1;
      Throwable thrown =
          ranIn(
              last,
              () -> {
                try {
                  if (timed) {
                    pools.close(Duration.ofHours(1));
                  } else {
                    pools.close();
                  }
                  return new AssertionError("closed");
                } catch (MisuseException expected) {
                  return expected;
                }
              });
      assertInstanceOf(MisuseException.class, thrown);
    }
    for (int cpu = 0; cpu < CPUS; cpu++) {
      assertFalse(pools.remote(cpu).isClosed(), "nothing has changed");
    }
  }

  @Conformance
  @Rule({"P12", "R3"})
  void whatIsConfiguredForThemHoldsForEach(Scene scene) {
    Quern quern =
        scene.open(
            OpenOptions.NONE
                .set("quern.thread-pool.io.max-threads", "3")
                .set("quern.thread-pool.io-cpu0.max-threads", "2"));
    quern.cpuPools(SPEC.maxThreads(9));
    List<Setting> settings = quern.inspect().settings();
    for (int cpu = 0; cpu < CPUS; cpu++) {
      String key = "quern.thread-pool.io-cpu" + cpu + ".max-threads";
      assertTrue(
          settings.contains(new Setting(key, cpu == 0 ? "2" : "3", "program")), settings::toString);
    }
  }

  @Conformance
  @Rule({"P12", "D2"})
  void aDaemonQueueMayRunOnTheCpuThatItNames(Scene scene) throws Exception {
    Quern quern = scene.quern();
    CpuPools pools = quern.cpuPools(SPEC.maxThreads(1));
    BatchLog log = new BatchLog();
    DaemonQueue<Integer> queue =
        quern.newDaemonQueue(DaemonQueueSpec.unbounded("queue").pool("io-cpu0"), log);
    queue.add(1);
    queue.flush();
    assertSame(ranIn(pools.remote(0), Thread::currentThread), log.drainer());
    pools.close();
    queue.add(2);
    queue.flush();
    assertEquals(List.of(1, 2), log.items(), "the queue has a handle of its own");
    queue.close();
  }

  @Conformance
  @Rule({"P12", "P13"})
  void virtualWorkersAreNotBound(Scene scene) throws Exception {
    if (Runtime.version().feature() < 21) {
      assertThrows(MisuseException.class, () -> scene.quern().cpuPools(SPEC.virtual(true)));
      assertEquals(List.of(), families(scene.quern()));
      return;
    }
    CpuPools pools = scene.quern().cpuPools(SPEC.virtual(true));
    assertFalse(pools.isBound());
    assertSame(pools.local(), pools.local());
    assertEquals("ran", ranIn(pools.local(), () -> "ran"));
  }
}

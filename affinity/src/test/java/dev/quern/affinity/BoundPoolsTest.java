// SPDX-License-Identifier: Apache-2.0
package dev.quern.affinity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.CpuPools;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.config.Runtimes;
import dev.quern.spi.Provider;
import java.util.BitSet;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.openhft.affinity.Affinity;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Rule P12 with real CPUs, on every provider: the system is asked where a job runs. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "what binds is a call of Linux")
class BoundPoolsTest {
  private static final ThreadPoolSpec SPEC = ThreadPoolSpec.named("io");
  private static final int[] ALLOWED = AllowedCpus.ofThisProcess().stream().toArray();
  private static final int CPUS = Runtime.getRuntime().availableProcessors();

  private interface Property {
    void holds(Quern quern) throws Exception;
  }

  private static Stream<DynamicTest> onEach(Property property) {
    return ServiceLoader.load(Provider.class).stream()
        .map(ServiceLoader.Provider::get)
        .map(
            provider ->
                DynamicTest.dynamicTest(
                    provider.name(),
                    () -> {
                      try (Quern quern = Runtimes.open(provider, OpenOptions.NONE)) {
                        property.holds(quern);
                      }
                    }));
  }

  private static <T> T ranIn(ThreadPool pool, Callable<T> code) throws Exception {
    CompletableFuture<T> outcome = new CompletableFuture<>();
    pool.newJob(
            "asked",
            () -> {
              try {
                outcome.complete(code.call());
              } catch (Throwable thrown) {
                outcome.completeExceptionally(thrown);
              }
            })
        .submit();
    return outcome.get(20, TimeUnit.SECONDS);
  }

  private static BitSet only(int number) {
    BitSet set = new BitSet();
    set.set(number);
    return set;
  }

  @TestFactory
  Stream<DynamicTest> eachPoolsWorkersAreOnItsCpuAlone() {
    return onEach(
        quern -> {
          CpuPools pools = quern.cpuPools(SPEC);
          assertTrue(pools.isBound());
          for (int cpu = 0; cpu < CPUS; cpu++) {
            ThreadPool pool = pools.remote(cpu);
            int number = ALLOWED[cpu % ALLOWED.length];
            assertEquals(only(number), ranIn(pool, Affinity::getAffinity));
            assertEquals(number, ranIn(pool, Affinity::getCpu));
            assertSame(pools.remote(cpu % ALLOWED.length), ranIn(pool, pools::local));
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> whoIsNotAWorkerIsNotBound() {
    return onEach(
        quern -> {
          CpuPools pools = quern.cpuPools(SPEC);
          BitSet mine = Affinity.getAffinity();
          ThreadPool plain = ranIn(pools.remote(0), () -> quern.threadPool("made-there"));
          assertEquals(
              AllowedCpus.ofThisProcess(),
              ranIn(plain, Affinity::getAffinity),
              "a pool that a bound worker made");
          assertEquals(mine, Affinity.getAffinity(), "the caller");
        });
  }

  @TestFactory
  Stream<DynamicTest> poolsAskedForByABoundWorkerAreAllThere() {
    return onEach(
        quern -> {
          CpuPools pools = quern.cpuPools(SPEC);
          int last = CPUS - 1;
          assertEquals(
              only(ALLOWED[last % ALLOWED.length]),
              ranIn(pools.remote(last), Affinity::getAffinity));
          CpuPools again = ranIn(pools.remote(last), () -> quern.cpuPools(SPEC));
          for (int cpu = 0; cpu < CPUS; cpu++) {
            assertEquals(
                only(ALLOWED[cpu % ALLOWED.length]),
                ranIn(again.remote(cpu), Affinity::getAffinity));
          }
        });
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import dev.quern.KeyedWorkQueue;
import dev.quern.KeyedWorkQueueSpec;
import dev.quern.Next;
import dev.quern.Quern;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What keys leave behind: sends distinct keys through a keyed work queue, a tenth of them by a
 * retry, and says how long it took and what the heap held before and after. No benchmark of JMH's:
 * it runs once. {@code KeyMemory PROVIDER KEYS}.
 */
public final class KeyMemory {
  private KeyMemory() {}

  /** Prints one line. */
  public static void main(String[] args) throws InterruptedException {
    String provider = args[0];
    int keys = Integer.parseInt(args[1]);
    AtomicLong runs = new AtomicLong();
    try (Quern quern = Bench.open(provider)) {
      KeyedWorkQueue<Integer> queue =
          quern.newKeyedWorkQueue(
              KeyedWorkQueueSpec.named("memory"),
              run -> {
                runs.incrementAndGet();
                return run.attempt() == 1 && run.key() % 10 == 0 ? Next.RETRY : Next.DONE;
              });
      queue.submit(-1);
      queue.flush();
      long before = heap();
      long begin = System.nanoTime();
      long most = 0;
      for (int key = 0; key < keys; key++) {
        queue.submit(key);
        if (key % 1_000_000 == 0) {
          most = Math.max(most, busy(quern));
        }
      }
      long expected = 1 + keys + (keys + 9) / 10;
      while (runs.get() < expected || busy(quern) > 0) {
        Thread.sleep(1);
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      System.out.printf(
          "%s: %,d keys in %.1f s, %,.0f runs a second; heap before %,d kB, after %,d kB;"
              + " most busy keys seen %,d%n",
          provider, keys, seconds, expected / seconds, before / 1024, heap() / 1024, most);
    }
  }

  private static long busy(Quern quern) {
    return quern.inspect().families().stream().mapToLong(family -> family.pending()).sum();
  }

  private static long heap() throws InterruptedException {
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(100);
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.soak;

import dev.quern.spi.CannotStartThreadException;
import dev.quern.spi.Host;
import dev.quern.spi.Parker;
import dev.quern.spi.Primitives;
import dev.quern.spi.Provider;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A provider on a host that is slow and fails now and then: workers do not start, parks return for
 * no reason, and threads lose time at the steps where that hurts.
 */
final class Faults implements Provider {
  private static final int FAILING_STARTS = 12; // one in so many
  private static final int DELAYS = 6;

  private final Provider provider;
  private final boolean failingStarts;
  private final Journal journal;
  private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();

  Faults(Provider provider, boolean failingStarts, Journal journal) {
    this.provider = provider;
    this.failingStarts = failingStarts;
    this.journal = journal;
  }

  @Override
  public String name() {
    return provider.name();
  }

  @Override
  public int rank() {
    return provider.rank();
  }

  @Override
  public int spiVersion() {
    return provider.spiVersion();
  }

  @Override
  public Primitives create(Host host) {
    return provider.create(
        (Host)
            Proxy.newProxyInstance(
                Host.class.getClassLoader(),
                new Class<?>[] {Host.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("parker")) {
                    return new SlowParker();
                  }
                  if (method.getName().equals("startThread")) {
                    spoil(arguments);
                  }
                  try {
                    Object result = method.invoke(host, arguments);
                    if (result instanceof Thread thread) {
                      threads.add(thread);
                    }
                    return result;
                  } catch (InvocationTargetException thrown) {
                    throw thrown.getCause() == null ? thrown : thrown.getCause();
                  }
                }));
  }

  private void spoil(Object[] arguments) throws CannotStartThreadException {
    String name = (String) arguments[0];
    Runnable body = (Runnable) arguments[4];
    if (failingStarts && name.contains("-worker-") && oneIn(FAILING_STARTS)) {
      throw new CannotStartThreadException(name, new OutOfMemoryError("planted"));
    }
    arguments[4] =
        (Runnable)
            () -> {
              delay();
              try {
                body.run();
              } catch (Throwable escaped) {
                journal.require(false, "escaped from " + name + ": " + escaped);
                throw escaped;
              }
            };
  }

  /** All threads that the provider started have ended, or will within the limit. */
  void checkThreadsEnded(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    for (Thread thread : threads) {
      thread.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
      journal.require(!thread.isAlive(), "left after close: " + thread.getName());
    }
  }

  /** The threads and where they are, for a report of a hang. */
  List<String> stacks() {
    return threads.stream()
        .filter(Thread::isAlive)
        .map(thread -> thread.getName() + "\n      " + trace(thread))
        .toList();
  }

  static String trace(Thread thread) {
    StringBuilder text = new StringBuilder();
    for (StackTraceElement element : thread.getStackTrace()) {
      text.append(element).append("\n      ");
    }
    return text.toString();
  }

  static boolean oneIn(int times) {
    return ThreadLocalRandom.current().nextInt(times) == 0;
  }

  /** Loses some time, or none. Never by parking: that would use up a permit meant for others. */
  static void delay() {
    if (oneIn(DELAYS)) {
      switch (ThreadLocalRandom.current().nextInt(3)) {
        case 0 -> Thread.yield();
        case 1 -> sleepAMoment();
        default -> {
          for (int i = ThreadLocalRandom.current().nextInt(2000); i > 0; i--) {
            Thread.onSpinWait();
          }
        }
      }
    }
  }

  private static void sleepAMoment() {
    try {
      Thread.sleep(0, ThreadLocalRandom.current().nextInt(200_000));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class SlowParker implements Parker {
    @Override
    public void park(Object blocker) {
      delay();
      if (!oneIn(DELAYS)) {
        LOCK_SUPPORT.park(blocker);
      }
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
      delay();
      if (!oneIn(DELAYS)) {
        LOCK_SUPPORT.parkNanos(blocker, nanos);
      }
    }

    @Override
    public void unpark(Thread thread) {
      delay();
      LOCK_SUPPORT.unpark(thread);
    }
  }
}

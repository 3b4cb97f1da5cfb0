// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import dev.quern.Action;
import dev.quern.Failure;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.config.Runtimes;
import dev.quern.spi.Provider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * What one test on one provider works with. At its end every runtime is closed, and the test fails
 * if anything threw on a thread where nobody looked, if a failure was reported that the test did
 * not expect, or if a runtime could not be closed.
 */
public final class Scene {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

  private final Provider provider;
  private final boolean checks;
  private final List<Quern> runtimes = new CopyOnWriteArrayList<>();
  private final List<Throwable> stray = new CopyOnWriteArrayList<>();
  private final List<Failure> failures = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final long seed;
  private final Random random;
  private volatile boolean failuresExpected;
  private @Nullable Quern quern;

  Scene(Provider provider, boolean checks) {
    this.provider = provider;
    this.checks = checks;
    this.seed = Long.getLong("quern.seed", System.nanoTime());
    this.random = new Random(seed);
  }

  /** The runtime of this test, opened at the first call. */
  public synchronized Quern quern() {
    if (quern == null) {
      quern = open(OpenOptions.NONE);
    }
    return quern;
  }

  /**
   * A further runtime of the same provider, closed at the end. Its failures are recorded unless
   * options say other.
   */
  public Quern open(OpenOptions options) {
    OpenOptions all = options.set("quern.checks", String.valueOf(checks));
    if (all.failureHandler().isEmpty()) {
      all = all.onFailure(failures::add);
    }
    Quern opened = Runtimes.open(provider, all);
    runtimes.add(opened);
    return opened;
  }

  /** The provider under test. */
  public Provider provider() {
    return provider;
  }

  /** Whether the costlier misuse checks are on. */
  public boolean checks() {
    return checks;
  }

  /** What the failure handler was told so far. Asking for it means that failures are expected. */
  public List<Failure> failures() {
    failuresExpected = true;
    return failures;
  }

  /** A random source whose seed is part of every failure; {@code -Dquern.seed} repeats a run. */
  public Random random() {
    return random;
  }

  /** The size of a stress test: {@code quick}, times {@code -Dquern.stress} where that is given. */
  public int times(int quick) {
    return quick * Integer.getInteger("quern.stress", 1);
  }

  /** Runs code on a thread of the test. What it throws fails the test. */
  public Thread thread(Action code) {
    Thread thread =
        new Thread(
            () -> {
              try {
                code.run();
              } catch (Throwable thrown) {
                stray.add(thrown);
              }
            },
            "scene-" + threads.size());
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
    return thread;
  }

  /** Runs code on a thread of the test; the outcome is asked for with {@code get}. */
  public <T extends @Nullable Object> FutureTask<T> async(Callable<T> code) {
    FutureTask<T> task = new FutureTask<>(code);
    Thread thread = new Thread(task, "scene-async");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  void end(@Nullable Throwable failed) throws Exception {
    List<String> faults = new ArrayList<>();
    for (Quern runtime : runtimes) {
      try {
        List<String> left = runtime.close(failed == null ? CLOSE_LIMIT : Duration.ZERO);
        if (failed == null && !left.isEmpty()) {
          faults.add("the runtime left unfinished " + left);
        }
      } catch (Exception | Error thrown) {
        stray.add(thrown);
      }
    }
    if (failed != null) {
      failed.addSuppressed(new AssertionError("seed " + seed + " on " + provider.name()));
      stray.forEach(failed::addSuppressed);
      return;
    }
    for (Thread thread : threads) {
      thread.join(CLOSE_LIMIT.toMillis());
      if (thread.isAlive()) {
        faults.add("a thread of the test did not end: " + List.of(thread.getStackTrace()));
      }
    }
    if (!failuresExpected && !failures.isEmpty()) {
      faults.add("reported " + failures);
      failures.forEach(failure -> stray.add(failure.cause()));
    }
    if (!faults.isEmpty() || !stray.isEmpty()) {
      AssertionError error =
          new AssertionError(provider.name() + ", seed " + seed + ": " + faults + " " + stray);
      stray.forEach(error::addSuppressed);
      throw error;
    }
  }
}

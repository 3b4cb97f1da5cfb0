// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import dev.quern.Action;
import dev.quern.Failure;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.config.Runtimes;
import dev.quern.spi.Host;
import dev.quern.spi.Primitives;
import dev.quern.spi.Provider;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.logging.LogRecord;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * What one test on one provider works with. At its end every runtime is closed, and the test fails
 * if anything threw on a thread where nobody looked, if a failure was reported that the test did
 * not expect, if a runtime could not be closed, or if a thread of a runtime survived it. Every
 * failure names provider, checks and seed.
 */
public final class Scene {
  /** How long anything that must happen is waited for. */
  static final Duration LIMIT = Duration.ofSeconds(20);

  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(1);

  private static final @Nullable Object[] NOTHING = new @Nullable Object[1];

  private final Provider provider;
  private final boolean checks;
  private final List<Quern> runtimes = new CopyOnWriteArrayList<>();
  private final List<Throwable> stray = new CopyOnWriteArrayList<>();
  private final List<Failure> failures = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final LogCapture log = new LogCapture();
  private final Probe probe = new Probe(stray::add);
  private final long seed;
  private final Random random;
  private volatile boolean failuresExpected;
  private volatile boolean strayExpected;
  private volatile Set<String> mayBreak = Set.of();
  private Set<Thread> before = Set.of();
  private Thread.@Nullable UncaughtExceptionHandler outer;
  private @Nullable Quern quern;

  Scene(Provider provider, boolean checks) {
    this.provider = provider;
    this.checks = checks;
    this.seed = Long.getLong("conformance.seed", System.nanoTime());
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
    return opened(all);
  }

  /** As {@link #open}, with the failure handler that a runtime has when none was given. */
  public Quern openWithDefaultHandler(OpenOptions options) {
    return opened(options.set("quern.checks", String.valueOf(checks)));
  }

  /**
   * A further runtime, of the provider under test, in which the options may also name the partner
   * for a primitive (rule R5).
   */
  public Quern openWith(Provider partner, OpenOptions options) {
    OpenOptions all = options.set("quern.checks", String.valueOf(checks)).onFailure(failures::add);
    return opened(Runtimes.open(List.of(probe.around(provider), probe.around(partner)), all));
  }

  /**
   * Whom the provider under test is mixed with: every other one that is found, or itself under
   * another name.
   */
  public List<Provider> partners() {
    List<Provider> others =
        ServiceLoader.load(Provider.class).stream()
            .filter(found -> found.type() != provider.getClass())
            .map(ServiceLoader.Provider::get)
            .toList();
    return others.isEmpty() ? List.of(new Renamed(provider, provider.name() + "-too")) : others;
  }

  private Quern opened(OpenOptions options) {
    return opened(Runtimes.open(probe.around(provider), options));
  }

  private Quern opened(Quern opened) {
    runtimes.add(opened);
    return opened;
  }

  /** What stands between provider and host: the clock moved by hand, thread starts that fail. */
  public Probe probe() {
    return probe;
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

  /** What threads threw where nobody looked. Asking for it means that this is expected. */
  public List<Throwable> stray() {
    strayExpected = true;
    return stray;
  }

  /**
   * The primitives of these names may break: what it throws and reports is expected, and a close
   * that still finds one may say that it left something there (rule G17).
   */
  public void mayBreak(String... names) {
    stray();
    failures();
    mayBreak = Set.of(names);
  }

  /** All that was logged since the test began, under any logger, from {@code INFO} on. */
  public List<LogRecord> logged() {
    return log.records();
  }

  /**
   * A random source whose seed is part of every failure; {@code -Dconformance.seed} repeats a run.
   */
  public Random random() {
    return random;
  }

  /**
   * The size of a stress test: {@code quick}, times {@code -Dconformance.stress} where that is
   * given.
   */
  public int times(int quick) {
    return quick * Integer.getInteger("conformance.stress", 1);
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
  public <T extends @Nullable Object> Async<T> async(Callable<T> code) {
    return new Async<>(this, code, "scene-async");
  }

  /**
   * Returns when the thread waits: for a lock, a condition, parked or asleep. Fails if it ends
   * before.
   */
  public void awaitWaiting(Thread thread) {
    eventually(
        thread + " waits",
        () -> {
          Thread.State state = thread.getState();
          if (state == Thread.State.TERMINATED) {
            throw new AssertionError(thread + " ended, and was expected to wait");
          }
          return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
        });
  }

  /** Waits until it is so; fails if that takes long. */
  public void eventually(BooleanSupplier condition) {
    eventually("the condition holds", condition);
  }

  /** Waits until it is so; what is waited for is part of the failure. */
  public void eventually(String what, BooleanSupplier condition) {
    try {
      Awaitility.await(what)
          .pollInSameThread()
          .pollDelay(Duration.ZERO)
          .pollInterval(POLL)
          .atMost(LIMIT)
          .until(condition::getAsBoolean);
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("did not happen: " + what + "; threads: " + stacks(), e);
    }
  }

  /** Waits for the latch; fails if that takes long. */
  public void await(CountDownLatch latch) {
    try {
      if (!latch.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("the latch was not counted down; threads: " + stacks());
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while waiting for a latch", e);
    }
  }

  /** Waits until nothing keeps the referent reachable. */
  public void eventuallyCollected(String what, WeakReference<?> reference) {
    eventually(
        what + " is unreachable",
        () -> {
          System.gc();
          return reference.refersTo(null);
        });
    Reference.reachabilityFence(this);
  }

  void begin() {
    before = new HashSet<>(Thread.getAllStackTraces().keySet());
    outer = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> escaped(thrown));
    log.begin();
  }

  private void escaped(Throwable thrown) {
    if (!stray.contains(thrown)) {
      stray.add(thrown);
    }
  }

  /** Runs the test on a thread of its own, and no longer than the limit. */
  void play(Body body, Duration limit) throws Throwable {
    Async<@Nullable Throwable> test =
        new Async<>(
            this,
            () -> {
              try {
                body.run();
                return null;
              } catch (Throwable thrown) {
                return thrown;
              }
            },
            "scene-test");
    test.thread().join(limit.toMillis());
    if (test.thread().isAlive()) {
      String where = stacks();
      test.interrupt();
      throw failure("no end after " + limit + "; threads: " + where, null);
    }
    Throwable thrown = test.get();
    if (thrown instanceof TestAbortedException) {
      throw thrown;
    }
    if (thrown != null) {
      throw failure(thrown.toString(), thrown);
    }
  }

  private AssertionError failure(String what, @Nullable Throwable cause) {
    String message =
        "[" + provider.name() + (checks ? ", checks" : "") + ", seed " + seed + "] " + what;
    if (!stray.isEmpty() && !strayExpected) {
      message += "; on other threads: " + stray;
    }
    AssertionError error = new AssertionFailedError(message, cause);
    stray.stream().filter(thrown -> thrown != cause).forEach(error::addSuppressed);
    return error;
  }

  void end(@Nullable Throwable failed) {
    List<String> faults = new ArrayList<>();
    boolean well = failed == null;
    try {
      probe.allowThreadStarts();
      probe.stopErrors();
      runtimes.forEach(runtime -> close(runtime, well ? CLOSE_LIMIT : Duration.ZERO, faults));
      if (well) {
        findLeftovers(faults);
      }
    } finally {
      probe.end();
      log.end();
      Thread.setDefaultUncaughtExceptionHandler(outer);
    }
    if (!failuresExpected && !failures.isEmpty()) {
      faults.add("reported " + failures);
      failures.forEach(failure -> stray.add(failure.cause()));
    }
    if (well && (!faults.isEmpty() || (!strayExpected && !stray.isEmpty()))) {
      throw failure("after the test: " + faults, null);
    }
    if (failed != null && !(failed instanceof TestAbortedException)) {
      failed.addSuppressed(new AssertionError("after the failed test: " + faults));
    }
  }

  /** On a thread of its own: a close that never returns is a fault too. */
  private void close(Quern runtime, Duration limit, List<String> faults) {
    Async<List<String>> closing = new Async<>(this, () -> leftBy(runtime, limit), "scene-close");
    try {
      List<String> left = closing.get(CLOSE_LIMIT.plus(limit).toMillis(), TimeUnit.MILLISECONDS);
      if (!mayBreak.containsAll(left)) {
        faults.add("the runtime left unfinished " + left);
      }
    } catch (Exception e) {
      faults.add("close of the runtime: " + e + "; threads: " + stacks());
    }
  }

  /**
   * One that the test has closed already does not wait again for what it left: so this looks on.
   */
  private List<String> leftBy(Quern runtime, Duration limit) throws InterruptedException {
    long begin = System.nanoTime();
    List<String> left = runtime.close(limit);
    while (!mayBreak.containsAll(left) && System.nanoTime() - begin < limit.toNanos()) {
      Thread.sleep(POLL.toMillis());
      left = runtime.close(Duration.ZERO);
    }
    return left;
  }

  private void findLeftovers(List<String> faults) {
    for (Thread thread : threads) {
      if (!ends(thread)) {
        faults.add("a thread of the test did not end: " + stack(thread.getStackTrace()));
      }
    }
    Stream<Thread> timers =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("quern.") && !before.contains(thread));
    Stream.concat(probe.threads().stream(), timers)
        .filter(thread -> !ends(thread))
        .forEach(
            thread ->
                faults.add(thread + " survived its runtime, at " + stack(thread.getStackTrace())));
  }

  private static boolean ends(Thread thread) {
    try {
      thread.join(CLOSE_LIMIT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }

  private String stacks() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(entry -> !before.contains(entry.getKey()))
        .map(Scene::line)
        .collect(Collectors.joining());
  }

  private static String line(Map.Entry<Thread, StackTraceElement[]> entry) {
    Thread thread = entry.getKey();
    return System.lineSeparator()
        + "  "
        + thread.getName()
        + " "
        + thread.getState()
        + " at "
        + stack(entry.getValue());
  }

  static String stack(StackTraceElement[] stack) {
    return Stream.of(stack)
        .limit(12)
        .map(StackTraceElement::toString)
        .collect(Collectors.joining(" < "));
  }

  @SuppressWarnings("unchecked")
  static <X extends Throwable> X sneak(@Nullable Throwable thrown) throws X {
    throw (X) thrown;
  }

  /** Null where its type says that there is none, as careless code would have it. */
  @SuppressWarnings("unchecked")
  static <T> T nothing() {
    return (T) NOTHING[0];
  }

  /** The same provider, as another one. */
  private record Renamed(Provider provider, String name) implements Provider {
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
      return provider.create(host);
    }
  }

  /** What JUnit calls the invocation. */
  interface Body {
    void run() throws Throwable;
  }
}

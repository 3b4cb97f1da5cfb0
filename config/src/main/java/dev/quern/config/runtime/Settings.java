// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import static dev.quern.Kind.DAEMON_QUEUE;
import static dev.quern.Kind.KEYED_WORK_QUEUE;
import static dev.quern.Kind.POOL_VIEW;
import static dev.quern.Kind.QUEUE;
import static dev.quern.Kind.TASK_CONTEXT;
import static dev.quern.Kind.THREAD_POOL;
import static dev.quern.Kind.WORK_QUEUE;

import dev.quern.Kind;
import dev.quern.QueueSpec;
import dev.quern.ThreadPoolSpec;
import dev.quern.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The one table of keys: type, range, default and meaning of every setting there is. */
final class Settings {
  private static final List<Key<?>> ALL = new ArrayList<>();
  private static final List<Key<?>> UNMODIFIABLE = Collections.unmodifiableList(ALL);
  private static final Map<Kind, Key<String>> PROVIDERS = new EnumMap<>(Kind.class);

  private static final Duration LEAST = Duration.ofNanos(1);
  private static final int CPUS = Runtime.getRuntime().availableProcessors();

  static final Key<String> CONFIG =
      runtime(
          "config",
          ValueType.text("the path of a readable properties file"),
          null,
          "The configuration file to read instead of quern.properties on the class path and in the"
              + " working directory. Not allowed in a configuration file.");
  static final Key<String> PROVIDER =
      runtime(
          "provider",
          ValueType.text("the name of a provider"),
          null,
          "The provider of the primitives that name no other. Without it, the one of the highest rank is"
              + " taken.");
  static final Key<Boolean> CHECKS =
      runtime(
          "checks",
          ValueType.BOOLEAN,
          false,
          "Whether the costlier checks for misuse are made, such as that of a second consumer.");
  static final Key<Duration> CLOSE_LIMIT =
      runtime(
          "close-limit",
          ValueType.duration(Duration.ZERO),
          Duration.ofSeconds(30),
          "How long Quern.close() waits for what is going on.");
  static final Key<Boolean> CLOSE_ON_EXIT =
      runtime(
          "close-on-exit",
          ValueType.BOOLEAN,
          false,
          "Whether a shutdown hook closes the runtime when the JVM ends.");
  static final Key<Boolean> WAIT_CYCLES =
      runtime(
          "wait-cycles",
          ValueType.BOOLEAN,
          false,
          "Whether workers that wait for what only they could run are looked for and reported. Off,"
              + " because each wait without limit costs more then.");

  static final Key<Integer> QUEUE_CAPACITY =
      tuning(
          QUEUE,
          "capacity",
          ValueType.integer(1, QueueSpec.MAX_CAPACITY),
          null,
          "How many items a bounded queue holds. No default: the program states one.");

  static final Key<Integer> DAEMON_QUEUE_CAPACITY =
      tuning(
          DAEMON_QUEUE,
          "capacity",
          ValueType.integer(1, QueueSpec.MAX_CAPACITY),
          null,
          "How many items a bounded daemon queue holds. No default: the program states one.");
  static final Key<String> DAEMON_QUEUE_POOL =
      tuning(
          DAEMON_QUEUE,
          "pool",
          ValueType.POOL,
          null,
          "The thread pool that drains the queue, in place of a thread of its own. Not for"
              + " children.");
  static final Key<Integer> DAEMON_QUEUE_PRIORITY =
      tuning(
          DAEMON_QUEUE,
          "priority",
          ValueType.integer(Thread.MIN_PRIORITY, Thread.MAX_PRIORITY),
          null,
          "The priority of the queue's own thread. Not for children.");
  static final Key<Integer> DAEMON_QUEUE_MAX_BATCH =
      tuning(
          DAEMON_QUEUE,
          "max-batch",
          ValueType.integer(1, Integer.MAX_VALUE),
          1024,
          "After how many items a batch ends, though more wait. 1024 makes the end of a batch cheap"
              + " beside its items, and still lets siblings in every few milliseconds.");
  static final Key<Waiting> DAEMON_QUEUE_WAITING =
      tuning(
          DAEMON_QUEUE,
          "waiting",
          ValueType.oneOf(Waiting.class),
          Waiting.SPIN_THEN_PARK,
          "How the queue's own thread waits for items. Not for children. The default answers a"
              + " burst fast and costs an idle queue nothing.");

  static final Key<Integer> THREAD_POOL_PRIORITY =
      tuning(
          THREAD_POOL,
          "priority",
          ValueType.integer(ThreadPoolSpec.NO_PRIORITY, Thread.MAX_PRIORITY),
          ThreadPoolSpec.NO_PRIORITY,
          "The priority of the workers; 0 leaves them the normal one. Not for virtual workers.");
  static final Key<Integer> THREAD_POOL_MAX_THREADS =
      tuning(
          THREAD_POOL,
          "max-threads",
          ValueType.integer(1, Integer.MAX_VALUE),
          1024,
          "How many workers exist at once. The default is a net under a program that forgot to"
              + " bound itself, well above what jobs that block need.");
  static final Key<Duration> THREAD_POOL_IDLE_LIMIT =
      tuning(
          THREAD_POOL,
          "idle-limit",
          ValueType.duration(LEAST),
          Duration.ofSeconds(30),
          "After how long an idle worker ends.");
  static final Key<Integer> THREAD_POOL_MAX_RUN =
      tuning(
          THREAD_POOL,
          "max-run",
          ValueType.integer(1, 1024),
          16,
          "How many waiting jobs a worker takes at once; 1 is strictly first in, first out.");
  static final Key<Boolean> THREAD_POOL_THREAD_NAMES =
      tuning(
          THREAD_POOL,
          "thread-names",
          ValueType.BOOLEAN,
          false,
          "Whether a worker's thread bears the name of its job. Off, because renaming a thread"
              + " twice costs about a microsecond a job.");
  static final Key<Boolean> THREAD_POOL_CLEAR_THREAD_LOCALS =
      tuning(
          THREAD_POOL,
          "clear-thread-locals",
          ValueType.BOOLEAN,
          false,
          "Whether what a job leaves in thread-locals is gone before the next run. Off, because"
              + " each run then costs a thread of its own.");

  static final Key<Integer> TASK_CONTEXT_MAX_INLINE =
      tuning(
          TASK_CONTEXT,
          "max-inline",
          ValueType.integer(0, Integer.MAX_VALUE),
          64,
          "How many tasks beyond its own a caller runs before it hands the rest to a pool. 64"
              + " makes hand-overs rare and holds nobody long.");
  static final Key<Duration> TASK_CONTEXT_MAX_INLINE_TIME =
      tuning(
          TASK_CONTEXT,
          "max-inline-time",
          ValueType.duration(LEAST),
          Duration.ofMillis(1),
          "How long a caller runs tasks beyond its own before it hands the rest to a pool. A"
              + " millisecond is far more than a hand-over costs.");
  static final Key<String> TASK_CONTEXT_POOL =
      tuning(
          TASK_CONTEXT,
          "pool",
          ValueType.POOL,
          null,
          "The thread pool that takes over; without it, the runtime's own.");

  static final Key<Integer> WORK_QUEUE_MAX_ACTIVE =
      tuning(
          WORK_QUEUE,
          "max-active",
          ValueType.integer(1, Integer.MAX_VALUE),
          Math.max(4, CPUS + 1),
          "How many items run at once. The default, one more than there are processors but at"
              + " least four, keeps every processor busy when one item blocks. Not for an ordered"
              + " queue.");
  static final Key<Integer> WORK_QUEUE_PRIORITY =
      tuning(
          WORK_QUEUE,
          "priority",
          ValueType.integer(ThreadPoolSpec.NO_PRIORITY, Thread.MAX_PRIORITY),
          ThreadPoolSpec.NO_PRIORITY,
          "The priority of the workers; 0 leaves them the normal one.");
  static final Key<Duration> WORK_QUEUE_RUN_LIMIT =
      tuning(
          WORK_QUEUE,
          "run-limit",
          ValueType.duration(LEAST),
          null,
          "After how long a run is reported as stalled. No default: never.");
  static final Key<Duration> WORK_QUEUE_WAIT_LIMIT =
      tuning(
          WORK_QUEUE,
          "wait-limit",
          ValueType.duration(LEAST),
          null,
          "After how long in line an item is reported as stalled. No default: never.");
  static final Key<Boolean> WORK_QUEUE_TIMING =
      tuning(
          WORK_QUEUE,
          "timing",
          ValueType.BOOLEAN,
          false,
          "Whether inspect() shows how long items waited and ran. Off, because it costs two clock"
              + " reads an item, some 50 ns.");

  static final Key<String> WORK_QUEUE_POOL =
      tuning(
          WORK_QUEUE,
          "pool",
          ValueType.POOL,
          null,
          "The thread pool whose workers run the items, in place of workers of its own. Not for"
              + " the runtime's own queues.");
  static final Key<Integer> WORK_QUEUE_CAPACITY =
      tuning(
          WORK_QUEUE,
          "capacity",
          ValueType.integer(1, QueueSpec.MAX_CAPACITY),
          null,
          "How many items may be queued in a queue that the program gave a capacity.");

  static final Key<Integer> POOL_VIEW_MAX_ACTIVE =
      tuning(
          POOL_VIEW,
          "max-active",
          ValueType.integer(1, Integer.MAX_VALUE),
          Math.max(4, CPUS + 1),
          "How many jobs of the view run at once, and how many workers of the pool it occupies at"
              + " most.");
  static final Key<Integer> POOL_VIEW_CAPACITY =
      tuning(
          POOL_VIEW,
          "capacity",
          ValueType.integer(1, QueueSpec.MAX_CAPACITY),
          null,
          "How many jobs may wait in a view that the program gave a capacity.");

  static final Key<Integer> KEYED_WORK_QUEUE_MAX_ACTIVE =
      tuning(
          KEYED_WORK_QUEUE,
          "max-active",
          ValueType.integer(1, Integer.MAX_VALUE),
          Math.max(4, CPUS + 1),
          "How many keys run at once. The default, one more than there are processors but at least"
              + " four, keeps every processor busy when one run blocks.");
  static final Key<Duration> KEYED_WORK_QUEUE_FIRST_RETRY =
      tuning(
          KEYED_WORK_QUEUE,
          "first-retry",
          ValueType.duration(LEAST),
          Duration.ofMillis(10),
          "How long a key waits for its first retry; each further one waits twice as long. 10ms"
              + " passes over a conflict, and the tenth retry waits some five seconds.");
  static final Key<Duration> KEYED_WORK_QUEUE_MAX_RETRY_DELAY =
      tuning(
          KEYED_WORK_QUEUE,
          "max-retry-delay",
          ValueType.duration(LEAST),
          Duration.ofMinutes(5),
          "The longest that a key waits for a retry. Five minutes spare what is down, and notice"
              + " soon enough that it is up again.");
  static final Key<Integer> KEYED_WORK_QUEUE_MAX_RETRIES =
      tuning(
          KEYED_WORK_QUEUE,
          "max-retries",
          ValueType.integer(0, Integer.MAX_VALUE),
          Integer.MAX_VALUE,
          "After how many retries a key is given up and reported. The default is never in"
              + " practice: to give work up is for the program to say.");
  static final Key<Double> KEYED_WORK_QUEUE_RUNS_PER_SECOND =
      tuning(
          KEYED_WORK_QUEUE,
          "runs-per-second",
          ValueType.positiveNumber(),
          null,
          "How many runs may begin in a second; what is more is delayed. No default: no limit.");

  static {
    for (Kind kind : Kind.values()) {
      if (kind != POOL_VIEW) { // a view has its pool's
        PROVIDERS.put(
            kind,
            tuning(
                kind,
                "provider",
                ValueType.text("the name of a provider"),
                null,
                "The provider that makes it. Without it, the runtime's."));
      }
      meaning(kind, "name", "The name by which configuration finds it.");
    }
    for (Kind kind : List.of(QUEUE, DAEMON_QUEUE)) {
      meaning(kind, "bounded", "Whether it may refuse items.");
      meaning(kind, "producers-wait", "Whether producers may wait for room.");
    }
    meaning(DAEMON_QUEUE, "inactive", "Whether it waits for activate().");
    meaning(DAEMON_QUEUE, "target", "The daemon queue on whose drain it runs.");
    meaning(THREAD_POOL, "virtual", "Whether its workers are virtual threads.");
    meaning(THREAD_POOL, "interlock", "The lock that a job shares with its submitters.");
    meaning(WORK_QUEUE, "ordered", "Whether items run one at a time, in order.");
    for (Kind kind : List.of(WORK_QUEUE, POOL_VIEW)) {
      meaning(kind, "bounded", "Whether it may refuse a run for want of room.");
    }
    meaning(WORK_QUEUE, "reserved-worker", "Whether a worker is there from the start, and stays.");
  }

  private Settings() {}

  /** Every key, those of the runtime first, then kind by kind. */
  static List<Key<?>> all() {
    return UNMODIFIABLE;
  }

  /** The keys that choose providers, one for each kind that has its own (rule R5). */
  static Collection<Key<String>> providers() {
    return PROVIDERS.values();
  }

  /** The key that chooses the provider of a primitive of that kind. */
  static Key<String> providerOf(Kind kind) {
    return Objects.requireNonNull(PROVIDERS.get(kind), kind::key);
  }

  private static <T> Key<T> runtime(
      String option, ValueType<T> type, @Nullable T initial, String description) {
    return add(new Key<>(null, option, type, initial, true, description));
  }

  private static <T> Key<T> tuning(
      Kind kind, String option, ValueType<T> type, @Nullable T initial, String description) {
    return add(new Key<>(kind, option, type, initial, true, description));
  }

  private static void meaning(Kind kind, String option, String description) {
    add(new Key<>(kind, option, ValueType.text("nothing here"), null, false, description));
  }

  private static <T> Key<T> add(Key<T> key) {
    ALL.add(key);
    return key;
  }
}

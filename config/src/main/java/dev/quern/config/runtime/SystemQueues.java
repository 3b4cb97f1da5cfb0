// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.SystemQueue;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What is there without being created (rules W13, D14): made when first asked for. */
@Singleton
final class SystemQueues {
  private static final int LONG_RUNNING_ACTIVE = 256;

  private final Map<SystemQueue, Lazy<WorkQueue>> workQueues = new EnumMap<>(SystemQueue.class);
  private final Lazy<DaemonQueue<Object>> reclaimer;

  @Inject
  SystemQueues(Maker maker) {
    for (SystemQueue which : SystemQueue.values()) {
      workQueues.put(
          which,
          new Lazy<>() {
            @Override
            WorkQueue make() {
              return new SystemWorkQueue(maker.workQueue(spec(which), true));
            }
          });
    }
    reclaimer =
        new Lazy<>() {
          @Override
          DaemonQueue<Object> make() {
            DaemonQueueSpec spec = DaemonQueueSpec.unbounded("quern.reclaimer");
            return maker.daemonQueue(spec, item -> {}, true);
          }
        };
  }

  WorkQueue workQueue(SystemQueue which) {
    return Objects.requireNonNull(workQueues.get(which), "which").get();
  }

  /** The target of all reclaimers; nothing is enqueued in it itself. */
  DaemonQueue<Object> reclaimer() {
    return reclaimer.get();
  }

  static String name(SystemQueue which) {
    return Key.PREFIX + which.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static WorkQueueSpec spec(SystemQueue which) {
    WorkQueueSpec spec = WorkQueueSpec.named(name(which));
    return switch (which) {
      case DEFAULT -> spec;
      case LONG_RUNNING -> spec.maxActive(LONG_RUNNING_ACTIVE);
      case HIGH_PRIORITY -> spec.priority(Thread.MAX_PRIORITY);
      case UNBOUND -> spec.maxActive(Integer.MAX_VALUE);
    };
  }

  /** A value made once; a maker that throws is asked again. */
  private abstract static class Lazy<T> {
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable T made; // guarded by lock

    abstract T make();

    T get() {
      lock.lock();
      try {
        T value = made;
        if (value == null) {
          value = make();
          made = value;
        }
        return value;
      } finally {
        lock.unlock();
      }
    }
  }
}

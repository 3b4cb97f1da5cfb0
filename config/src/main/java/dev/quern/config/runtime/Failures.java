// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.Failure;
import dev.quern.FailureHandler;
import dev.quern.Kind;
import dev.quern.Stall;
import dev.quern.WaitCycle;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tells the program's failure handler, or the log, what user code threw (rules G5, G16). */
final class Failures {
  private final @Nullable FailureHandler handler;
  private final Log log;

  /** The threads inside the handler: there, a further failure is only logged. */
  private final Set<Thread> telling = ConcurrentHashMap.newKeySet();

  Failures(Optional<FailureHandler> handler, Log log) {
    this.handler = handler.orElse(null);
    this.log = log;
  }

  /** Never throws, or a program without memory would break the primitive, too. */
  void failed(Kind kind, String primitive, @Nullable String item, Throwable cause) {
    try {
      tell(new Failure(kind, primitive, Optional.ofNullable(item), cause));
    } catch (Throwable thrown) {
      try {
        log.write(Level.ERROR, "a failure can't be reported", thrown);
      } catch (Throwable ignored) {
        return; // there is nobody left to tell
      }
    }
  }

  private void tell(Failure failure) {
    if (handler == null || !telling.add(Thread.currentThread())) {
      log.write(Level.ERROR, describe(failure), failure.cause());
      return;
    }
    try {
      handler.failed(failure);
    } catch (Throwable thrown) {
      log.write(Level.ERROR, describe(failure), failure.cause());
      log.write(Level.ERROR, "the failure handler threw when told of it", thrown);
    } finally {
      telling.remove(Thread.currentThread());
    }
  }

  private static String describe(Failure failure) {
    return describe(failure.kind(), failure.primitive())
        + failure.item().map(item -> ", \"" + item + "\"").orElse("")
        + ": failed";
  }

  /** Tells of what stands still, on the watchdog's thread (rule W18). What is thrown is logged. */
  void stalled(Stall stall) {
    if (handler == null) {
      log.write(Level.WARNING, describe(stall), null);
      return;
    }
    telling.add(Thread.currentThread());
    try {
      handler.stalled(stall);
    } catch (Throwable thrown) {
      log.write(Level.WARNING, describe(stall), null);
      log.write(Level.ERROR, "the failure handler threw when told of it", thrown);
    } finally {
      telling.remove(Thread.currentThread());
    }
  }

  /** As {@link #stalled} (rule G20). */
  void deadlocked(WaitCycle cycle) {
    if (handler == null) {
      log.write(Level.WARNING, describe(cycle), null);
      return;
    }
    telling.add(Thread.currentThread());
    try {
      handler.deadlocked(cycle);
    } catch (Throwable thrown) {
      log.write(Level.WARNING, describe(cycle), null);
      log.write(Level.ERROR, "the failure handler threw when told of it", thrown);
    } finally {
      telling.remove(Thread.currentThread());
    }
  }

  /** The context class loader for the handler, on a thread that is there for it alone. */
  @Nullable ClassLoader loader() {
    return (handler == null ? this : handler).getClass().getClassLoader();
  }

  private static String describe(Stall stall) {
    String what =
        describe(stall.kind(), stall.primitive())
            + stall.item().map(item -> ", \"" + item + "\"").orElse("")
            + (stall.phase() == Stall.Phase.WAITING ? ": waits for " : ": runs for ")
            + stall.elapsed();
    return stall.stack().stream()
        .map(frame -> System.lineSeparator() + "\tat " + frame)
        .collect(Collectors.joining("", what, ""));
  }

  private static String describe(WaitCycle cycle) {
    return cycle.links().stream()
        .map(
            link ->
                System.lineSeparator()
                    + "\t"
                    + link.thread()
                    + " runs "
                    + describe(link.runs())
                    + " and waits for "
                    + describe(link.awaits()))
        .collect(Collectors.joining("", "workers wait for each other:", ""));
  }

  private static String describe(WaitCycle.Part part) {
    return describe(part.kind(), part.primitive())
        + part.item().map(item -> ", \"" + item + "\"").orElse("");
  }

  /** As in {@code work queue "maintenance"}. */
  static String describe(Kind kind, String name) {
    return kind.key().replace('-', ' ') + " \"" + name + "\"";
  }
}

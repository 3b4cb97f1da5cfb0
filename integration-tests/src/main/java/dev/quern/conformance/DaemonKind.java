// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Quern;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** The kinds of daemon queue (rule D2), for properties that hold for each of them. */
enum DaemonKind {
  THREAD,
  POOL,
  TARGET;

  private static final AtomicInteger TARGETS = new AtomicInteger();

  /** What has to hold for one kind. */
  interface Property {
    void holds(DaemonKind kind) throws Exception;
  }

  /** Tries the property on each kind; a failure names the kind. */
  static void each(Property property) throws Exception {
    for (DaemonKind kind : values()) {
      try {
        property.holds(kind);
      } catch (Exception | AssertionError e) {
        throw new AssertionError("kind " + kind + ": " + e.getMessage(), e);
      }
    }
  }

  /** A name that no other kind uses. */
  String title() {
    return "q-" + name().toLowerCase(Locale.ROOT);
  }

  DaemonQueueSpec unbounded() {
    return DaemonQueueSpec.unbounded(title());
  }

  DaemonQueueSpec bounded(int capacity) {
    return DaemonQueueSpec.bounded(title(), capacity);
  }

  /** A queue of this kind, with a pool or target of its own where it needs one. */
  <E> DaemonQueue<E> make(Quern quern, DaemonQueueSpec spec, Handler<? super E> handler) {
    return switch (this) {
      case THREAD -> quern.newDaemonQueue(spec, handler);
      case POOL -> quern.newDaemonQueue(spec.pool(spec.name() + ".pool"), handler);
      case TARGET ->
          target(quern, spec.name() + ".target" + TARGETS.incrementAndGet())
              .newChild(spec, handler);
    };
  }

  private static DaemonQueue<Object> target(Quern quern, String name) {
    return quern.newDaemonQueue(DaemonQueueSpec.unbounded(name), item -> {});
  }
}

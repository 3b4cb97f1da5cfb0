// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Kind;
import dev.quern.spi.Host;
import dev.quern.spi.WaitWatch;
import dev.quern.spi.WaitWatch.Awaited;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The waits for one executor, a pool or a work queue. Those without limit are told to the host
 * while they block, if it wants to know (rule G20). Conditions are looked at by the watchdog, too.
 */
final class AnnouncedWaits {
  private final @Nullable WaitWatch watch;
  private final WaitList waits;
  private final Kind kind;
  private final String primitive;

  AnnouncedWaits(Host host, WaitList waits, Kind kind, String primitive) {
    this.watch = host.waitWatch();
    this.waits = waits;
    this.kind = kind;
    this.primitive = primitive;
  }

  /** As {@link WaitList#await}, for something of that item. */
  boolean await(String item, Object subject, BooleanSupplier condition, Deadline deadline)
      throws InterruptedException {
    if (watch == null || !deadline.isNever() || condition.getAsBoolean()) {
      return waits.await(condition, deadline);
    }
    watch.begin(kind, primitive, item, new OfItem(subject, condition));
    try {
      return waits.await(condition, deadline);
    } finally {
      watch.end();
    }
  }

  /** As {@link WaitList#awaitUninterruptibly}. */
  void awaitUninterruptibly(String item, Object subject, BooleanSupplier condition) {
    if (watch == null || condition.getAsBoolean()) {
      waits.awaitUninterruptibly(condition);
      return;
    }
    watch.begin(kind, primitive, item, new OfItem(subject, condition));
    try {
      waits.awaitUninterruptibly(condition);
    } finally {
      watch.end();
    }
  }

  /**
   * As {@link WaitList#await}, for the whole.
   *
   * @param owed whether a run of that item that goes on is waited for
   */
  boolean awaitAll(Predicate<Object> owed, BooleanSupplier condition, Deadline deadline)
      throws InterruptedException {
    if (watch == null || !deadline.isNever() || condition.getAsBoolean()) {
      return waits.await(condition, deadline);
    }
    watch.begin(kind, primitive, null, new OfAll(owed, condition));
    try {
      return waits.await(condition, deadline);
    } finally {
      watch.end();
    }
  }

  /** A wait for the end of the whole that is made elsewhere: nothing runs once it is over. */
  void during(Runnable wait) {
    if (watch == null) {
      wait.run();
      return;
    }
    watch.begin(kind, primitive, null, new OfAll(item -> true, () -> false));
    try {
      wait.run();
    } finally {
      watch.end();
    }
  }

  /** The run that goes on is the one that is waited for, or in front of it. */
  private record OfItem(Object subject, BooleanSupplier condition) implements Awaited {
    @Override
    public boolean isOver() {
      return condition.getAsBoolean();
    }

    @Override
    public boolean needs(Object other) {
      return subject == other;
    }
  }

  private record OfAll(Predicate<Object> owed, BooleanSupplier condition) implements Awaited {
    @Override
    public boolean isOver() {
      return condition.getAsBoolean();
    }

    @Override
    public boolean needs(Object subject) {
      return owed.test(subject);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Kind;
import dev.quern.spi.Host;
import dev.quern.spi.WaitWatch;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The waits for one executor, a pool or a work queue. Those without limit are told to the host
 * while they block, if it wants to know (rule G20).
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

  /** As {@link WaitList#await}, for something of that item, or with null of the whole. */
  boolean await(
      @Nullable String item, @Nullable Object subject, BooleanSupplier condition, Deadline deadline)
      throws InterruptedException {
    if (watch == null || !deadline.isNever() || condition.getAsBoolean()) {
      return waits.await(condition, deadline);
    }
    watch.begin(kind, primitive, item, subject);
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
    watch.begin(kind, primitive, item, subject);
    try {
      waits.awaitUninterruptibly(condition);
    } finally {
      watch.end();
    }
  }

  /** A wait for the whole that is made elsewhere. */
  void during(Runnable wait) {
    if (watch == null) {
      wait.run();
      return;
    }
    watch.begin(kind, primitive, null, null);
    try {
      wait.run();
    } finally {
      watch.end();
    }
  }
}

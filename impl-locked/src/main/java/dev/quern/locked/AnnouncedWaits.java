// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Call;
import dev.quern.Kind;
import dev.quern.spi.Host;
import dev.quern.spi.WaitWatch;
import dev.quern.spi.WaitWatch.Awaited;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tells the host of waits for one executor, a pool or a work queue, while they block, if it wants
 * to know (rule G20). Only those without limit count.
 */
final class AnnouncedWaits {
  private final @Nullable WaitWatch watch;
  private final Kind kind;
  private final String primitive;

  AnnouncedWaits(Host host, Kind kind, String primitive) {
    this.watch = host.waitWatch();
    this.kind = kind;
    this.primitive = primitive;
  }

  /** Makes the wait, for something of that item, or with null of the whole. */
  <X extends Exception> boolean during(
      @Nullable String item, Awaited awaited, long nanos, Call<Boolean, X> wait) throws X {
    if (watch == null || nanos != Waits.FOREVER) {
      return wait.call();
    }
    watch.begin(kind, primitive, item, awaited);
    try {
      return wait.call();
    } finally {
      watch.end();
    }
  }

  /**
   * What is waited for, as the watchdog may ask.
   *
   * @param over takes the lock that it needs
   * @param needs takes the lock that it needs
   */
  static Awaited awaited(BooleanSupplier over, Predicate<Object> needs) {
    return new Awaited() {
      @Override
      public boolean isOver() {
        return over.getAsBoolean();
      }

      @Override
      public boolean needs(Object subject) {
        return needs.test(subject);
      }
    };
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Call;
import dev.quern.Kind;
import dev.quern.spi.Host;
import dev.quern.spi.WaitWatch;
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
      @Nullable String item, @Nullable Object subject, long nanos, Call<Boolean, X> wait) throws X {
    if (watch == null || nanos != Waits.FOREVER) {
      return wait.call();
    }
    watch.begin(kind, primitive, item, subject);
    try {
      return wait.call();
    } finally {
      watch.end();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Action;
import dev.quern.Job;
import dev.quern.ThreadPool;
import dev.quern.spi.Pool;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where the lanes of a work queue run: on a pool of its own, or on a shared one (rule W25). */
final class LanePool {
  private final @Nullable ThreadPool own;
  private final @Nullable Pool shared; // in place of own

  private LanePool(@Nullable ThreadPool own, @Nullable Pool shared) {
    this.own = own;
    this.shared = shared;
  }

  static LanePool of(ThreadPool own) {
    return new LanePool(own, null);
  }

  static LanePool of(Pool shared) {
    return new LanePool(null, shared);
  }

  Job newJob(String name, Action body) {
    return shared != null
        ? shared.newJob(name, body)
        : Objects.requireNonNull(own).newJob(name, body);
  }

  /** Null for a pool of its own. */
  @Nullable Pool shared() {
    return shared;
  }

  /** Whether the caller is on its only worker, though inside no item of the queue (G6). */
  boolean holdsCaller() {
    return shared != null && shared.holdsCaller();
  }

  /** Nothing needs it any more but lanes that are engaged. A shared one is given back by them. */
  void close() {
    if (own != null) {
      own.close();
    }
  }

  /** As {@link #close()}; false if the limit passed first. */
  boolean close(Duration limit) throws InterruptedException {
    return own == null || own.close(limit).isEmpty();
  }
}

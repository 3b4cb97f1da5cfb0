// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;

/**
 * That a primitive has a handle of a shared pool. It does not keep the handle alive: a context that
 * is dropped gives nothing back itself (rule G15), but its loan turns up in {@link SharedPools}'
 * queue once the handle was collected.
 */
final class Loan extends WeakReference<LentPool> {
  private final SharedPool shared;

  Loan(LentPool handle, SharedPool shared, ReferenceQueue<LentPool> dropped) {
    super(handle, dropped);
    this.shared = shared;
  }

  SharedPool shared() {
    return shared;
  }

  /** Whether whoever has the handle is gone. */
  boolean isDropped() {
    return refersTo(null);
  }
}

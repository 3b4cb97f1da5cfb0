// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import org.jspecify.annotations.Nullable;

/** One wait for an item (rule Q12): over when there is one, or when the buffer is closed. */
final class Taker<E> {
  private final Buffer<E> buffer;
  private @Nullable E item;

  Taker(Buffer<E> buffer) {
    this.buffer = buffer;
  }

  /** Null when the time is up, or the buffer closed. */
  @Nullable E await(WaitList takers, Deadline deadline) throws InterruptedException {
    takers.await(this::look, deadline);
    return item;
  }

  private boolean look() {
    item = buffer.poll();
    return item != null || buffer.isClosed();
  }
}

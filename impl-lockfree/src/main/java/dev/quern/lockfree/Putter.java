// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.lockfree.Buffer.Appended;

/** One wait for room (rule Q12): over when the item is in, or when the buffer is closed. */
final class Putter<E> {
  private final Buffer<E> buffer;
  private final E item;
  private Appended answer = Appended.FULL;

  Putter(Buffer<E> buffer, E item) {
    this.buffer = buffer;
    this.item = item;
  }

  /** FULL when the time is up. */
  Appended await(WaitList putters, Deadline deadline) throws InterruptedException {
    putters.await(this::look, deadline);
    return answer;
  }

  private boolean look() {
    answer = buffer.append(item);
    return answer != Appended.FULL;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.Objects;

/**
 * What a {@link DaemonQueue} does with its items. Called by one thread at a time; each call
 * happens-before the next, so its state needs no lock. What it throws goes to the {@link
 * FailureHandler}, and the next item has its turn (rule G5).
 *
 * @param <E> the items
 */
@FunctionalInterface
public interface Handler<E> {
  /**
   * Handles one item. It may hand items to any queue, this one included, but not wait for room in
   * it. Rules D1, D12.
   */
  void handle(E item) throws Exception;

  /**
   * A batch has ended: the place to flush, commit or answer. Runs once for each end of a batch,
   * also after a handler call that threw, and never otherwise. Rule D4.
   */
  default void batchEnd() throws Exception {}

  /** A handler from its two parts. */
  static <E> Handler<E> of(Handler<? super E> each, Action batchEnd) {
    Objects.requireNonNull(each, "each");
    Objects.requireNonNull(batchEnd, "batchEnd");
    return new Handler<>() {
      @Override
      public void handle(E item) throws Exception {
        each.handle(item);
      }

      @Override
      public void batchEnd() throws Exception {
        batchEnd.run();
      }
    };
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.Objects;

@FunctionalInterface
public interface Handler<E> {
  void handle(E item) throws Exception;

  default void batchEnd() throws Exception {}

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

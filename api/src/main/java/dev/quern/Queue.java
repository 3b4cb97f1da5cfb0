// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

public interface Queue<E> extends Inlet<E> {
  @Nullable E poll();

  @Nullable E poll(Duration limit) throws InterruptedException;

  E take() throws InterruptedException;

  @Nullable E peek();

  int drainTo(Consumer<? super E> sink, int limit);

  Batch<E> detach();

  void restore(Batch<E> batch);
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.List;

public interface Inlet<E> extends Primitive {
  int size();

  boolean isEmpty();

  int capacity();

  void add(E item);

  boolean offer(E item);

  boolean offer(E item, Duration limit) throws InterruptedException;

  void put(E item) throws InterruptedException;

  boolean offerAll(List<? extends E> items);
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What goes through a queue: made beforehand and never written again, so that it costs the queue
 * alone; the consumer reads what is in it. For executors it is the task, too.
 */
final class Parcel implements Runnable {
  final long weight;
  private final @Nullable Consumer<Parcel> handler;

  private Parcel(long weight, @Nullable Consumer<Parcel> handler) {
    this.weight = weight;
    this.handler = handler;
  }

  /** Weights from 1 on. */
  static Parcel[] make(int count, @Nullable Consumer<Parcel> handler) {
    Parcel[] made = new Parcel[count];
    for (int i = 0; i < count; i++) {
      made[i] = new Parcel(i + 1, handler);
    }
    return made;
  }

  @Override
  public void run() {
    if (handler != null) {
      handler.accept(this);
    }
  }
}

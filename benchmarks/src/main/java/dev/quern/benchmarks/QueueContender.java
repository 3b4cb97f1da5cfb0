// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A queue under measurement, ours or a neighbour's. A fork makes one, of one class, so the calls
 * are direct ones.
 */
interface QueueContender extends AutoCloseable {
  /** Any thread. False if it is full. */
  boolean offer(Parcel parcel);

  /** Any thread: all of them, next to each other where it can; false if there was no room. */
  boolean offerAll(Parcel[] group);

  /** Any thread: waits for room. */
  void put(Parcel parcel) throws InterruptedException;

  /** The one consumer. */
  @Nullable Parcel poll();

  /** The one consumer: what there is, up to about that many; says how many. */
  int drain(Consumer<Parcel> sink, int limit);

  /** The one consumer: until all have come. */
  default void consume(Stream stream) {
    Idle idle = new Idle();
    while (!stream.isOver()) {
      if (drain(stream, 512) == 0) {
        idle.pause();
      } else {
        idle.reset();
      }
    }
  }

  @Override
  void close();
}

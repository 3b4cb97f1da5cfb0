// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import dev.quern.Quern;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Ours. */
final class OwnQueue implements QueueContender {
  private final Quern quern;
  private final Queue<Parcel> queue;

  OwnQueue(String contender, int capacity, boolean producersWait) {
    quern = Bench.open(contender);
    QueueSpec spec =
        contender.endsWith("-unbounded")
            ? QueueSpec.unbounded("measured")
            : QueueSpec.bounded("measured", capacity).producersWait(producersWait);
    queue = quern.newQueue(spec);
  }

  @Override
  public boolean offer(Parcel parcel) {
    return queue.offer(parcel);
  }

  @Override
  public boolean offerAll(Parcel[] group) {
    return queue.offerAll(Arrays.asList(group));
  }

  @Override
  public void put(Parcel parcel) throws InterruptedException {
    queue.put(parcel);
  }

  @Override
  public @Nullable Parcel poll() {
    return queue.poll();
  }

  @Override
  public int drain(Consumer<Parcel> sink, int limit) {
    return queue.drainTo(sink, limit);
  }

  @Override
  public void close() {
    quern.close();
  }
}

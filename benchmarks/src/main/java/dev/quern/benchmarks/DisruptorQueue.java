// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.RingBuffer;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The Disruptor with many producers; the consumer is its processor, on the thread that asks. */
final class DisruptorQueue implements QueueContender {
  /** A place of the ring. */
  static final class Slot {
    private @Nullable Parcel parcel;

    Parcel parcel() {
      return Objects.requireNonNull(parcel);
    }
  }

  private final RingBuffer<Slot> ring;
  private final BatchEventProcessor<Slot> processor;
  private @Nullable Stream consumed;

  DisruptorQueue(String contender, int capacity) {
    ring =
        RingBuffer.createMultiProducer(
            Slot::new,
            capacity,
            contender.endsWith("-busy") ? new BusySpinWaitStrategy() : new BlockingWaitStrategy());
    processor = new BatchEventProcessorBuilder().build(ring, ring.newBarrier(), this::take);
    ring.addGatingSequences(processor.getSequence());
  }

  @Override
  public boolean offer(Parcel parcel) {
    return offer(ring, parcel);
  }

  static boolean offer(RingBuffer<Slot> ring, Parcel parcel) {
    try {
      long place = ring.tryNext();
      ring.get(place).parcel = parcel;
      ring.publish(place);
      return true;
    } catch (InsufficientCapacityException full) { // one object, without a trace
      return false;
    }
  }

  @Override
  public boolean offerAll(Parcel[] group) {
    try {
      long last = ring.tryNext(group.length);
      long first = last - group.length + 1;
      for (int i = 0; i < group.length; i++) {
        ring.get(first + i).parcel = group[i];
      }
      ring.publish(first, last);
      return true;
    } catch (InsufficientCapacityException full) {
      return false;
    }
  }

  @Override
  public void put(Parcel parcel) {
    long place = ring.next();
    ring.get(place).parcel = parcel;
    ring.publish(place);
  }

  @Override
  public @Nullable Parcel poll() {
    throw new UnsupportedOperationException("its consumer is a processor");
  }

  @Override
  public int drain(Consumer<Parcel> sink, int limit) {
    throw new UnsupportedOperationException("its consumer is a processor");
  }

  @Override
  public void consume(Stream stream) {
    consumed = stream;
    processor.run();
  }

  private void take(Slot slot, long sequence, boolean endOfBatch) {
    Stream stream = Objects.requireNonNull(consumed);
    stream.accept(slot.parcel());
    if (stream.isOver()) {
      processor.halt();
    }
  }

  @Override
  public void close() {}
}

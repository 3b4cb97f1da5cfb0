// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.MpscArrayQueue;
import org.jctools.queues.MpscLinkedQueue;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;

/** The queues to compare with, each in its best configuration for one consumer. */
final class QueueContenders {
  private QueueContenders() {}

  /** The contender of that name. */
  static QueueContender make(String name, int capacity, boolean producersWait) {
    return switch (name) {
      case "lockfree", "lockfree-unbounded", "locked", "locked-unbounded" ->
          new OwnQueue(name, capacity, producersWait);
      case "jctools-array-drain" -> new Drained(new MpscArrayQueue<>(capacity));
      case "jctools-array-poll" -> new Polled(new MpscArrayQueue<>(capacity));
      case "jctools-unbounded-drain" -> new Drained(new MpscUnboundedArrayQueue<>(1024));
      case "jctools-linked-drain" -> new Drained(new MpscLinkedQueue<>());
      case "agrona" -> new Agrona(capacity);
      case "clq" -> new Polled(new ConcurrentLinkedQueue<>());
      case "abq" -> new Blocking(capacity);
      case "disruptor-blocking", "disruptor-busy" -> new DisruptorQueue(name, capacity);
      default -> throw new IllegalArgumentException("contender " + name);
    };
  }

  /** Any queue, taken from one by one. */
  private static class Polled implements QueueContender {
    private final Queue<Parcel> queue;

    Polled(Queue<Parcel> queue) {
      this.queue = queue;
    }

    @Override
    public boolean offer(Parcel parcel) {
      return queue.offer(parcel);
    }

    @Override
    public boolean offerAll(Parcel[] group) {
      for (Parcel parcel : group) {
        put(parcel);
      }
      return true;
    }

    /** By hand: nobody tells when there is room. */
    @Override
    public void put(Parcel parcel) {
      Idle idle = new Idle();
      while (!queue.offer(parcel)) {
        idle.pause();
      }
    }

    @Override
    public @Nullable Parcel poll() {
      return queue.poll();
    }

    @Override
    public int drain(Consumer<Parcel> sink, int limit) {
      for (int taken = 0; taken < limit; taken++) {
        Parcel parcel = queue.poll();
        if (parcel == null) {
          return taken;
        }
        sink.accept(parcel);
      }
      return limit;
    }

    @Override
    public void close() {}
  }

  /** JCTools by its own interface: relaxed, in batches. */
  private static final class Drained implements QueueContender {
    private final MessagePassingQueue<Parcel> queue;

    Drained(MessagePassingQueue<Parcel> queue) {
      this.queue = queue;
    }

    @Override
    public boolean offer(Parcel parcel) {
      return queue.relaxedOffer(parcel);
    }

    @Override
    public boolean offerAll(Parcel[] group) {
      Supply supply = new Supply(group);
      Idle idle = new Idle();
      while (supply.next < group.length) {
        if (queue.fill(supply, group.length - supply.next) == 0) {
          idle.pause();
        }
      }
      return true;
    }

    @Override
    public void put(Parcel parcel) {
      Idle idle = new Idle();
      while (!queue.relaxedOffer(parcel)) {
        idle.pause();
      }
    }

    @Override
    public @Nullable Parcel poll() {
      return queue.relaxedPoll();
    }

    @Override
    public int drain(Consumer<Parcel> sink, int limit) {
      return queue.drain(sink::accept, limit);
    }

    @Override
    public void close() {}
  }

  private static final class Supply implements MessagePassingQueue.Supplier<Parcel> {
    private final Parcel[] group;
    private int next;

    Supply(Parcel[] group) {
      this.group = group;
    }

    @Override
    public Parcel get() {
      return group[next++];
    }
  }

  private static final class Agrona extends Polled {
    private final ManyToOneConcurrentArrayQueue<Parcel> queue;

    Agrona(int capacity) {
      this(new ManyToOneConcurrentArrayQueue<>(capacity));
    }

    private Agrona(ManyToOneConcurrentArrayQueue<Parcel> queue) {
      super(queue);
      this.queue = queue;
    }

    @Override
    public int drain(Consumer<Parcel> sink, int limit) {
      return queue.drain(sink, limit);
    }
  }

  /** The JDK's own class with a lock. */
  private static final class Blocking implements QueueContender {
    private final ArrayBlockingQueue<Parcel> queue;
    private final List<Parcel> taken = new ArrayList<>();

    Blocking(int capacity) {
      this.queue = new ArrayBlockingQueue<>(capacity);
    }

    @Override
    public boolean offer(Parcel parcel) {
      return queue.offer(parcel);
    }

    @Override
    public boolean offerAll(Parcel[] group) {
      Idle idle = new Idle();
      for (Parcel parcel : group) {
        while (!queue.offer(parcel)) {
          idle.pause();
        }
      }
      return true;
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
      Collection<Parcel> into = taken;
      int count = queue.drainTo(into, limit);
      taken.forEach(sink);
      taken.clear();
      return count;
    }

    @Override
    public void close() {}
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.RingBuffer;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Quern;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.MpscArrayQueue;

/** What to compare daemon queues with, each in its best configuration. */
final class DaemonContenders {
  private DaemonContenders() {}

  /** The contender of that name. */
  static DaemonContender make(String name, int capacity) {
    return switch (name) {
      case "lockfree", "lockfree-unbounded", "locked", "locked-unbounded" ->
          new Own(name, capacity, 0);
      case "tpe" -> new Pool();
      case "netty" -> new Netty();
      case "disruptor-blocking" -> new DisruptorDaemon(capacity);
      case "jctools-parked" -> new Parked(capacity);
      case "unpark" -> new Bare();
      default -> throw new IllegalArgumentException("contender " + name);
    };
  }

  /** Ours, as a child of so many targets in a row. */
  static DaemonContender nested(String name, int capacity, int depth) {
    return new Own(name, capacity, depth);
  }

  private static final class Own implements DaemonContender {
    private final Quern quern;
    private final DaemonQueue<Parcel> queue;

    Own(String name, int capacity, int depth) {
      quern = Bench.open(name);
      Handler<Parcel> handler = Parcel::run;
      DaemonQueue<Parcel> made = quern.newDaemonQueue(spec(name, capacity, 0), handler);
      for (int level = 1; level <= depth; level++) {
        made = made.newChild(spec(name, capacity, level), handler);
      }
      queue = made;
    }

    private static DaemonQueueSpec spec(String name, int capacity, int level) {
      return name.endsWith("-unbounded")
          ? DaemonQueueSpec.unbounded("measured-" + level)
          : DaemonQueueSpec.bounded("measured-" + level, capacity);
    }

    @Override
    public boolean offer(Parcel parcel) {
      return queue.offer(parcel);
    }

    @Override
    public void close() {
      quern.close();
    }
  }

  /** An executor with one thread; the parcels are its tasks. */
  private abstract static class Executing implements DaemonContender {
    private final Executor executor;

    Executing(Executor executor) {
      this.executor = executor;
    }

    @Override
    public final boolean offer(Parcel parcel) {
      executor.execute(parcel);
      return true;
    }
  }

  private static final class Pool extends Executing {
    private final ExecutorService executor;

    Pool() {
      this(new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>()));
    }

    private Pool(ThreadPoolExecutor executor) {
      super(executor);
      executor.prestartAllCoreThreads();
      this.executor = executor;
    }

    @Override
    public void close() {
      executor.shutdown();
    }
  }

  private static final class Netty extends Executing {
    private final DefaultEventExecutor executor;

    Netty() {
      this(new DefaultEventExecutor(new DefaultThreadFactory("netty", true)));
    }

    private Netty(DefaultEventExecutor executor) {
      super(executor);
      this.executor = executor;
    }

    @Override
    public void close() {
      executor.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  private static final class DisruptorDaemon implements DaemonContender {
    private final RingBuffer<DisruptorQueue.Slot> ring;
    private final BatchEventProcessor<DisruptorQueue.Slot> processor;

    DisruptorDaemon(int capacity) {
      ring =
          RingBuffer.createMultiProducer(
              DisruptorQueue.Slot::new, capacity, new BlockingWaitStrategy());
      processor =
          new BatchEventProcessorBuilder()
              .build(ring, ring.newBarrier(), (slot, sequence, end) -> slot.parcel().run());
      ring.addGatingSequences(processor.getSequence());
      daemon(processor);
    }

    @Override
    public boolean offer(Parcel parcel) {
      return DisruptorQueue.offer(ring, parcel);
    }

    @Override
    public void close() {
      processor.halt();
    }
  }

  /** What one writes by hand: drain, spin a little, then park. */
  private static final class Parked implements DaemonContender {
    private static final int SPINS = 128;

    private final MpscArrayQueue<Parcel> queue;
    private final Thread thread;
    private volatile boolean parked;
    private volatile boolean over;

    Parked(int capacity) {
      queue = new MpscArrayQueue<>(capacity);
      thread = daemon(this::live);
    }

    private void live() {
      int looks = 0;
      while (!over) {
        if (queue.drain(Parcel::run, 512) > 0) {
          looks = 0;
        } else if (looks++ < SPINS) {
          Thread.onSpinWait();
        } else {
          parked = true;
          if (queue.isEmpty() && !over) {
            LockSupport.park(this);
          }
          parked = false;
          looks = 0;
        }
      }
    }

    @Override
    public boolean offer(Parcel parcel) {
      if (!queue.offer(parcel)) {
        return false;
      }
      if (parked) {
        LockSupport.unpark(thread);
      }
      return true;
    }

    @Override
    public void close() {
      over = true;
      LockSupport.unpark(thread);
    }
  }

  /** No queue at all: one parcel, one thread that sleeps. The floor of a wake-up. */
  private static final class Bare implements DaemonContender {
    private final Thread thread = daemon(this::live);
    private volatile Object given = this;
    private volatile boolean over;

    private void live() {
      while (!over) {
        if (given instanceof Parcel parcel) {
          given = this;
          parcel.run();
        } else {
          LockSupport.park(this);
        }
      }
    }

    @Override
    public boolean offer(Parcel parcel) {
      given = parcel;
      LockSupport.unpark(thread);
      return true;
    }

    @Override
    public void close() {
      over = true;
      LockSupport.unpark(thread);
    }
  }

  private static Thread daemon(Runnable body) {
    Thread thread = new Thread(body, "neighbour");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}

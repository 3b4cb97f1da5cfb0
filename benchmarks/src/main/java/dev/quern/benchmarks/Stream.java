// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import org.openjdk.jmh.infra.Blackhole;

/**
 * A fixed number of parcels on their way from producers to one consumer, a bounded number at once,
 * the same for every contender: no queue is ever full, and none grows without end.
 */
final class Stream implements Consumer<Parcel> {
  /** So many are on their way at most; what bounded contenders are made for. */
  static final int IN_FLIGHT = 4096;

  static final int GROUP = 16;
  private static final int BLOCK = 128; // what a producer may send before it looks again
  private static final int TOLD = 64; // how often the consumer says how far it is
  private static final int LINE = 16; // longs from one word to the next, on lines of their own

  /** What a producer does with a parcel, or with a group. */
  interface Sending {
    boolean send(Parcel parcel);
  }

  /** What a producer does that waits for room. */
  interface Putting {
    void put(Parcel parcel) throws InterruptedException;
  }

  /** The same for a group, of {@link #GROUP} parcels. */
  interface GroupSending {
    boolean send(Parcel[] group);
  }

  private final AtomicLongArray words = new AtomicLongArray(3 * LINE); // issued, received
  private final Parcel[] parcels;
  private final Parcel[][] groups;
  private final long total;
  private final boolean bounded;
  private final int work;
  private long count; // consumer
  private long weight; // consumer

  /**
   * @param total a multiple of 128
   * @param tasks whether the parcels are run, and then bring themselves here
   */
  Stream(long total, boolean tasks) {
    this(total, tasks, true, 0);
  }

  /**
   * One that leaves it to the queue to hold producers up.
   *
   * @param work what the consumer does for each parcel, in JMH's tokens
   */
  Stream(long total, int work) {
    this(total, false, false, work);
  }

  private Stream(long total, boolean tasks, boolean bounded, int work) {
    this.total = total;
    this.bounded = bounded;
    this.work = work;
    this.parcels = Parcel.make(BLOCK, tasks ? this : null);
    this.groups = new Parcel[BLOCK / GROUP][GROUP];
    for (int i = 0; i < BLOCK; i++) {
      groups[i / GROUP][i % GROUP] = parcels[i];
    }
  }

  /** Before each run, on the thread that begins it. */
  void reset() {
    count = 0;
    weight = 0;
    words.set(LINE, 0);
    words.set(2 * LINE, 0);
  }

  /** Producer: sends what is left to be sent, together with the others. */
  void produce(Sending sending) {
    while (claim()) {
      for (Parcel parcel : parcels) {
        if (!sending.send(parcel)) {
          awaitRoom(sending, parcel);
        }
      }
    }
  }

  /** The same in groups. */
  void produceGroups(GroupSending sending) {
    Idle idle = new Idle();
    while (claim()) {
      for (Parcel[] group : groups) {
        while (!sending.send(group)) {
          idle.pause();
        }
        idle.reset();
      }
    }
  }

  /** The same, waiting for room. */
  void producePatiently(Putting putting) throws InterruptedException {
    while (claim()) {
      for (Parcel parcel : parcels) {
        putting.put(parcel);
      }
    }
  }

  /** Takes the next block, and waits until it may be on its way. */
  private boolean claim() {
    long begin = words.getAndAdd(LINE, BLOCK);
    if (begin >= total) {
      return false;
    }
    if (!bounded) {
      return true;
    }
    Idle idle = new Idle();
    while (begin + BLOCK - received() > IN_FLIGHT) {
      idle.pause();
    }
    return true;
  }

  /** A contender may count by its own lights; hardly ever happens. */
  private static void awaitRoom(Sending sending, Parcel parcel) {
    Idle idle = new Idle();
    while (!sending.send(parcel)) {
      idle.pause();
    }
  }

  /** Consumer: one has arrived. */
  @Override
  public void accept(Parcel parcel) {
    weight += parcel.weight;
    if (work > 0) {
      Blackhole.consumeCPU(work);
    }
    if ((++count & (TOLD - 1)) == 0) {
      words.setRelease(2 * LINE, count);
    }
  }

  /** Consumer: whether all have. */
  boolean isOver() {
    return count == total;
  }

  /** Any thread; waits until all have arrived, and sees to it that they have. */
  long awaitOver() {
    Idle idle = new Idle();
    while (received() < total) {
      idle.pause();
    }
    long expected = total / BLOCK * (BLOCK * (BLOCK + 1L) / 2);
    if (weight != expected) {
      throw new IllegalStateException(received() + " parcels that weigh " + weight);
    }
    return weight;
  }

  private long received() {
    return words.get(2 * LINE);
  }
}

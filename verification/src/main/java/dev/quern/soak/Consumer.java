// SPDX-License-Identifier: Apache-2.0
package dev.quern.soak;

import dev.quern.Batch;
import dev.quern.ClosedException;
import dev.quern.soak.Parcels.Parcel;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The consumer of a program's queue: takes in every way there is until its producers are done. */
final class Consumer extends Thread {
  private static final Duration SOON = Duration.ofMillis(1);

  private final World world;
  private volatile boolean finish;

  Consumer(World world) {
    super("consumer");
    this.world = world;
    setDaemon(true);
  }

  /** No producer will come any more. */
  void finish() {
    finish = true;
  }

  @Override
  public void run() {
    try {
      while (true) {
        boolean last = finish;
        consume();
        if (last && world.queue.isEmpty()) {
          return;
        }
      }
    } catch (Throwable wrong) {
      world.journal.require(false, "the consumer was thrown out: " + wrong);
    }
  }

  private void consume() throws InterruptedException {
    Random random = ThreadLocalRandom.current();
    switch (random.nextInt(5)) {
      case 0 -> out(world.queue.poll());
      case 1 -> peekAndPoll();
      case 2 -> world.queue.drainTo(world.queued::out, 1 + random.nextInt(4));
      case 3 -> {
        Batch<Parcel> batch = world.queue.detach();
        for (int left = random.nextInt(4); left > 0 && batch.hasNext(); left--) {
          out(batch.next());
        }
        Faults.delay();
        world.queue.restore(batch);
      }
      default -> {
        try {
          out(world.queue.poll(SOON));
        } catch (ClosedException closed) {
          world.journal.require(
              world.program.closes(0) || world.program.closes(10), "poll found it closed");
        }
      }
    }
  }

  private void peekAndPoll() {
    Parcel first = world.queue.peek();
    if (first != null) {
      Parcel polled = world.queue.poll();
      world.journal.require(first == polled, "peeked " + first + ", polled " + polled);
      out(polled);
    }
  }

  private void out(@Nullable Parcel parcel) {
    if (parcel != null) {
      world.queued.out(parcel);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Threads that live as long as a fork and do one thing together when told to, so that no
 * measurement pays for starting a thread.
 */
final class Crew implements AutoCloseable {
  /** What each of them does; the number counts from 0. */
  interface Part {
    void play(int number) throws Exception;
  }

  private final Thread[] threads;
  private final AtomicInteger left = new AtomicInteger();
  private final CyclicBarrier start;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile Part part = number -> {};
  private volatile boolean over;

  Crew(int size) {
    start = new CyclicBarrier(size + 1);
    threads = new Thread[size];
    for (int i = 0; i < size; i++) {
      int number = i;
      threads[i] = new Thread(() -> live(number), "crew-" + i);
      threads[i].setDaemon(true);
      threads[i].start();
    }
  }

  /** They begin at once; returns while they are at it. */
  void begin(Part played) {
    part = played;
    left.set(threads.length);
    meet();
  }

  /** Until all have done. */
  void await() {
    while (left.get() > 0) {
      Thread.onSpinWait();
    }
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new IllegalStateException("a thread of the benchmark failed", thrown);
    }
  }

  private void live(int number) {
    while (true) {
      meet();
      if (over) {
        return;
      }
      try {
        part.play(number);
      } catch (Throwable thrown) {
        failure.compareAndSet(null, thrown);
      } finally {
        left.decrementAndGet();
      }
    }
  }

  private void meet() {
    try {
      start.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    over = true;
    meet();
  }
}

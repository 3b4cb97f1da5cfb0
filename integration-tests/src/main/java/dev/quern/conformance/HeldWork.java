// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.Submission;
import dev.quern.Work;
import dev.quern.WorkQueue;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An item whose runs are counted, and stay in their body until the test lets them go. */
final class HeldWork {
  private static final int ALL = 1 << 20;

  private final Work work;
  private final Semaphore begun = new Semaphore(0);
  private final Semaphore leave = new Semaphore(0);
  private final AtomicInteger runs = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private volatile Action atEnd = () -> {};

  HeldWork(WorkQueue queue, String name) {
    this.work = queue.newWork(name, this::body);
  }

  /** An item that has begun a run and is held in it. */
  static HeldWork running(WorkQueue queue, String name) {
    HeldWork held = new HeldWork(queue, name);
    held.work.submit();
    held.awaitRun();
    return held;
  }

  private void body() throws Exception {
    threads.add(Thread.currentThread());
    runs.incrementAndGet();
    begun.release();
    leave.acquire();
    try {
      atEnd.run();
    } finally {
      ended.incrementAndGet();
    }
  }

  Work work() {
    return work;
  }

  Submission submit() {
    return work.submit();
  }

  /** What every run does once it is let go. */
  HeldWork atEnd(Action code) {
    atEnd = code;
    return this;
  }

  /** Returns once one more run has begun than this was called for so far. */
  void awaitRun() {
    try {
      assertTrue(begun.tryAcquire(20, TimeUnit.SECONDS), work.name() + " did not begin a run");
    } catch (InterruptedException e) {
      throw new AssertionError(work.name() + " was waited for", e);
    }
  }

  /** Lets one run end. */
  void letGo() {
    leave.release();
  }

  /** From now on no run is held. */
  void letAllGo() {
    leave.release(ALL);
  }

  /** How many runs have begun. */
  int runs() {
    return runs.get();
  }

  /** How many runs have ended, up to the last statement of the body. */
  int ended() {
    return ended.get();
  }

  /** The threads of the runs, in order. */
  List<Thread> threads() {
    return threads;
  }
}

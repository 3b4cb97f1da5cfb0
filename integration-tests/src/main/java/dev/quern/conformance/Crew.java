// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

/** Threads that start together and race. What one throws fails the test. */
final class Crew {
  private final List<Thread> threads = new ArrayList<>();

  private Crew() {}

  /** What a member does. {@code random} is its own and follows from the scene's seed. */
  interface Member {
    void run(int id, Random random) throws Exception;
  }

  static Crew start(Scene scene, int size, Member member) {
    Crew crew = new Crew();
    CountDownLatch ready = new CountDownLatch(size);
    for (int i = 0; i < size; i++) {
      int id = i;
      Random random = new Random(scene.random().nextLong());
      crew.threads.add(
          scene.thread(
              () -> {
                ready.countDown();
                ready.await();
                member.run(id, random);
              }));
    }
    return crew;
  }

  /** Waits for all; fails where one does not end. */
  void join() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join(Scene.LIMIT.toMillis());
      if (thread.isAlive()) {
        AssertionError error = new AssertionError("a thread of the test hangs");
        error.setStackTrace(thread.getStackTrace());
        throw error;
      }
    }
  }

  /** Whether none runs any more. */
  boolean ended() {
    return threads.stream().noneMatch(Thread::isAlive);
  }

  /** A pause of random length, short: nothing, a few spins, or a yield. */
  static void pause(Random random) {
    int length = random.nextInt(80);
    if (length > 70) {
      Thread.yield();
    } else if (length > 20) {
      for (int i = 0; i < length; i++) {
        Thread.onSpinWait();
      }
    }
  }
}

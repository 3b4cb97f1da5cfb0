// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import dev.quern.Quern;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;

/** Ours: works that are made once. */
final class WorkTimers implements Timers {
  private static final int SPREAD = 8192;
  private static final Duration FAR = Duration.ofNanos(FAR_NANOS);

  private final Quern quern;
  private final WorkQueue queue;
  private final Work one;
  private final Work[] many;
  private Work[] held = {};
  private Work[] made = {};
  private int turn;

  WorkTimers(String contender) {
    quern = Bench.open(contender);
    queue = quern.newWorkQueue(WorkQueueSpec.named("queue").maxActive(1));
    one = queue.newWork("one", () -> {});
    many = works(SPREAD);
  }

  private Work[] works(int count) {
    Work[] works = new Work[count];
    for (int i = 0; i < count; i++) {
      works[i] = queue.newWork("one of many", () -> {});
    }
    return works;
  }

  @Override
  public void hold(int outstanding) {
    held = works(outstanding);
    for (int i = 0; i < outstanding; i++) {
      held[i].schedule(Duration.ofNanos(Timers.outstanding(i, outstanding)));
    }
  }

  @Override
  public Object scheduleCancel() {
    one.schedule(FAR);
    return one.cancel();
  }

  @Override
  public Object scheduleAtCancel(long nanoTime) {
    one.scheduleAt(nanoTime);
    return one.cancel();
  }

  private Work next() {
    return many[turn++ & (SPREAD - 1)];
  }

  @Override
  public Object scheduleCancelSpread() {
    Work work = next();
    work.schedule(FAR);
    return work.cancel();
  }

  @Override
  public Object scheduleAtCancelSpread(long nanoTime) {
    Work work = next();
    work.scheduleAt(nanoTime);
    return work.cancel();
  }

  @Override
  public void make(Runnable[] bodies) {
    made = new Work[bodies.length];
    for (int i = 0; i < bodies.length; i++) {
      made[i] = queue.newWork("one of many", bodies[i]::run);
    }
  }

  @Override
  public void arm(long[] deadlines) {
    for (int i = 0; i < deadlines.length; i++) {
      made[i].scheduleAt(deadlines[i]);
    }
  }

  @Override
  public void close() {
    for (Work work : held) {
      work.cancel(); // else the close names each
    }
    quern.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.quern.Failure;
import dev.quern.FailureHandler;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.Stall;
import dev.quern.WaitCycle;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Level;

/** A runtime on a clock moved by hand, what its watchdog reports, and when it has looked. */
final class Stalls implements FailureHandler {
  /** The limit of what is watched. The watchdog looks often, since it is short in real time. */
  static final Duration LIMIT = Duration.ofMillis(20);

  /** More than half of the limit, so that two of them are more than it. */
  static final Duration MOST = Duration.ofMillis(15);

  private static final Duration NANO = Duration.ofNanos(1);
  private static final String MARKER = "marker";

  private final Scene scene;
  private final Quern quern;
  private final List<Stall> all = new CopyOnWriteArrayList<>();
  private final List<Failure> failures = new CopyOnWriteArrayList<>();
  private final List<WaitCycle> cycles = new CopyOnWriteArrayList<>();
  private int markers;

  private Stalls(Scene scene, OpenOptions options) {
    this.scene = scene;
    scene.probe().manualClock();
    this.quern = scene.open(options.onFailure(this));
  }

  static Stalls on(Scene scene) {
    return on(scene, OpenOptions.NONE);
  }

  static Stalls on(Scene scene, OpenOptions options) {
    return new Stalls(scene, options);
  }

  Quern quern() {
    return quern;
  }

  WorkQueue queue(WorkQueueSpec spec) {
    return quern.newWorkQueue(spec);
  }

  void advance(Duration step) {
    scene.probe().advance(step);
  }

  @Override
  public void failed(Failure failure) {
    failures.add(failure);
  }

  @Override
  public void stalled(Stall stall) {
    all.add(stall);
  }

  @Override
  public void deadlocked(WaitCycle cycle) {
    cycles.add(cycle);
  }

  /** What cycles are reported by a look that finds the waits of another one there still. */
  List<WaitCycle> cyclesAfterLooks() throws InterruptedException {
    afterALook();
    afterALook();
    return List.copyOf(cycles);
  }

  /**
   * As {@link #cyclesAfterLooks}, once so many were reported: a thread that looks parked may have
   * to come to its wait yet.
   */
  List<WaitCycle> cyclesOnceThereAre(int count) throws InterruptedException {
    long begin = System.nanoTime();
    while (cycles.size() < count && System.nanoTime() - begin < Scene.LIMIT.toNanos()) {
      afterALook();
    }
    return cyclesAfterLooks();
  }

  /**
   * What was reported by a whole look that began after this call. A marker that stalls is reported
   * by some look; the next marker by one that began after that, and by the end of that look.
   */
  List<Stall> afterALook() throws InterruptedException {
    for (int i = 0; i < 2; i++) {
      mark(MARKER + "-" + ++markers);
    }
    assertEquals(List.of(), failures);
    scene.logged().stream()
        .filter(record -> record.getLevel() == Level.SEVERE)
        .forEach(record -> fail("logged " + record.getMessage(), record.getThrown()));
    return all.stream().filter(stall -> !stall.primitive().startsWith(MARKER)).toList();
  }

  private void mark(String name) throws InterruptedException {
    WorkQueue queue = quern.newWorkQueue(WorkQueueSpec.named(name).runLimit(NANO));
    HeldWork marker = HeldWork.running(queue, name);
    advance(NANO);
    scene.eventually(
        "the watchdog looks", () -> all.stream().anyMatch(s -> s.primitive().equals(name)));
    marker.letAllGo();
    queue.close();
  }
}

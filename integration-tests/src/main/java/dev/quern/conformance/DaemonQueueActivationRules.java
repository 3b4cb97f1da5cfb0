// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import java.util.List;

/** Inactive queues and their activation (D5). */
public class DaemonQueueActivationRules {

  @Conformance
  @Rule("D5")
  void aQueueCreatedInactiveAcceptsItemsAndRunsNothing(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> queue =
              kind.make(scene.quern(), kind.bounded(3).inactive(true), log);
          assertTrue(queue.offerAll(List.of(1, 2)));
          assertTrue(queue.offer(3));
          assertFalse(queue.offer(4));
          assertEquals(3, queue.size());
          assertFalse(queue.flush(Waiter.GLANCE));
          assertEquals(List.of(), log.events());
          queue.activate();
          queue.flush();
          assertEquals(List.of(1, 2, 3), log.items());
          assertEquals(0, queue.size());
        });
  }

  @Conformance
  @Rule("D5")
  void activatingAgainChangesNothing(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> queue =
              kind.make(scene.quern(), kind.unbounded().inactive(true), log);
          queue.activate(); // nothing waits: no drain, no batch
          queue.activate();
          assertEquals(List.of(), log.events());
          queue.add(1);
          queue.flush();
          queue.activate();
          queue.pause();
          queue.activate();
          queue.add(2);
          assertFalse(queue.flush(Waiter.GLANCE), "activate is no resume");
          queue.resume();
          queue.flush();
          assertEquals(List.of(1, BatchLog.END, 2, BatchLog.END), log.events());
        });
  }

  @Conformance
  @Rule({"D5", "D1"})
  void racingActivationsStartOneDrain(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          for (int round = 0; round < scene.times(8); round++) {
            BatchLog log = new BatchLog();
            DaemonQueue<Integer> queue =
                kind.make(
                    scene.quern(),
                    DaemonQueueSpec.unbounded(kind.title() + round).inactive(true),
                    log);
            queue.offerAll(List.of(1, 2, 3));
            Crew.start(scene, 3, (id, random) -> queue.activate()).join();
            queue.flush();
            assertEquals(List.of(1, 2, 3, BatchLog.END), log.events());
            assertNotEquals(Thread.currentThread(), log.drainer());
          }
        });
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.Cancellation.IDLE;
import static dev.quern.Cancellation.REMOVED;
import static dev.quern.Cancellation.RUNNING;
import static dev.quern.Submission.QUEUED;
import static dev.quern.Submission.REFUSED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.MisuseException;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an item may do to itself and to its queue in its own body, and what is misuse (W23, G6). */
public class WorkMisuseRules {
  private static final Duration FAR = Duration.ofHours(1);
  private static final Duration NOW = Duration.ZERO;

  /** For JUnit. */
  public WorkMisuseRules() {}

  private static WorkQueue queue(Scene scene) {
    return scene.quern().newWorkQueue(WorkQueueSpec.named("work").maxActive(2));
  }

  /** Runs the code in the body of a new item and hands on what it throws. */
  private static void inABody(WorkQueue queue, String name, Action code) throws Exception {
    @Nullable Throwable[] thrown = new @Nullable Throwable[1];
    Work item =
        queue.newWork(
            name,
            () -> {
              try {
                code.run();
              } catch (Throwable t) {
                thrown[0] = t;
              }
            });
    item.submit();
    item.flush();
    if (thrown[0] != null) {
      throw new AssertionError("in the body: " + thrown[0], thrown[0]);
    }
  }

  private static Map<String, Action> waitsFor(Work item) {
    Map<String, Action> waits = new LinkedHashMap<>();
    waits.put("cancelAndWait()", item::cancelAndWait);
    waits.put("cancelAndWait(0)", () -> item.cancelAndWait(NOW));
    waits.put("cancelAndWait(1 h)", () -> item.cancelAndWait(FAR));
    waits.put("disableAndWait()", item::disableAndWait);
    waits.put("disableAndWait(0)", () -> item.disableAndWait(NOW));
    waits.put("disableAndWait(1 h)", () -> item.disableAndWait(FAR));
    waits.put("flush()", item::flush);
    waits.put("flush(0)", () -> item.flush(NOW));
    waits.put("flush(1 h)", () -> item.flush(FAR));
    waits.put("close()", item::close);
    waits.put("close(0)", () -> item.close(NOW));
    waits.put("close(1 h)", () -> item.close(FAR));
    return waits;
  }

  private static Map<String, Action> waitsFor(WorkQueue queue) {
    Map<String, Action> waits = new LinkedHashMap<>();
    waits.put("flush()", queue::flush);
    waits.put("flush(0)", () -> queue.flush(NOW));
    waits.put("drain()", queue::drain);
    waits.put("drain(1 h)", () -> queue.drain(FAR));
    waits.put("close()", queue::close);
    waits.put("close(0)", () -> queue.close(NOW));
    return waits;
  }

  private static void assertMisuse(Map<String, Action> waits, String... names) {
    waits.forEach(
        (call, wait) -> {
          MisuseException misuse = assertThrows(MisuseException.class, wait::run, call);
          for (String name : names) {
            assertTrue(misuse.getMessage().contains(name), call + ": " + misuse.getMessage());
          }
        });
  }

  @Conformance
  @Rule({"W23", "W6"})
  void anItemMayCancelItselfInItsBody(Scene scene) throws Exception {
    WorkQueue queue = queue(scene);
    List<Object> answers = new ArrayList<>();
    Work item =
        queue.newWork(
            "item",
            self -> {
              answers.add(self.cancel());
              answers.add(self.submit());
              answers.add(self.cancel());
              answers.add(self.schedule(FAR));
              answers.add(self.cancel());
            });
    item.submit();
    queue.flush();
    assertEquals(List.of(RUNNING, QUEUED, REMOVED, QUEUED, REMOVED), answers);
    assertEquals(IDLE, item.cancel());
  }

  @Conformance
  @Rule({"W23", "W16"})
  void anItemMayDisableAndEnableItselfInItsBody(Scene scene) throws Exception {
    WorkQueue queue = queue(scene);
    List<Object> answers = new ArrayList<>();
    Work item =
        queue.newWork(
            "item",
            self -> {
              self.submit();
              answers.add(self.disable());
              answers.add(self.submit());
              self.enable();
              answers.add(self.disable());
            });
    item.submit();
    queue.flush();
    assertEquals(List.of(REMOVED, REFUSED, RUNNING), answers);
    assertEquals(REFUSED, item.submit());
  }

  @Conformance
  @Rule({"W23", "G6"})
  void waitingForItselfIsMisuseTimedOrNotAndChangesNothing(Scene scene) throws Exception {
    WorkQueue queue = queue(scene);
    List<String> faults = new ArrayList<>();
    Work item =
        queue.newWork(
            "item",
            self -> {
              self.schedule(FAR);
              assertMisuse(waitsFor(self), "work", "item");
              note(faults, self.isPending(), "the delayed run was taken away");
              note(faults, !self.isCancelling(), "it counts as being cancelled");
              note(faults, !self.isClosed(), "it was closed");
              assertThrows(MisuseException.class, self::enable, "it was disabled");
            });
    item.submit();
    queue.flush();
    assertEquals(List.of(), faults);
    assertEquals(List.of(), scene.failures());
    assertEquals(REMOVED, item.cancel());
    assertEquals(QUEUED, item.submit());
    item.cancel();
  }

  private static void note(List<String> faults, boolean well, String fault) {
    if (!well) {
      faults.add(fault);
    }
  }

  @Conformance
  @Rule({"G6", "W10", "W22"})
  void waitingForItsQueueInAnItemsBodyIsMisuseAndChangesNothing(Scene scene) throws Exception {
    WorkQueue queue = queue(scene);
    Work other = queue.newWork("other", () -> {});
    other.schedule(FAR);
    inABody(queue, "item", () -> assertMisuse(waitsFor(queue), "work"));
    assertFalse(queue.isClosed());
    assertTrue(other.isPending(), "nothing was removed");
    assertEquals(REMOVED, other.cancel());
    assertEquals(QUEUED, other.submit(), "no drain is left behind");
  }

  @Conformance
  @Rule({"G6", "W7", "W8"})
  void waitingForASiblingIsMisuseWhereOneRunsAtATime(Scene scene) throws Exception {
    WorkQueue one = scene.quern().newWorkQueue(WorkQueueSpec.named("one").maxActive(1));
    WorkQueue ordered = scene.quern().newWorkQueue(WorkQueueSpec.ordered("ordered"));
    for (WorkQueue queue : List.of(one, ordered)) {
      Work sibling = queue.newWork("sibling", () -> {});
      inABody(queue, "idle", () -> assertMisuse(waitsFor(sibling), queue.name(), "sibling"));
      assertEquals(QUEUED, sibling.schedule(FAR));
      inABody(queue, "delayed", () -> assertMisuse(waitsFor(sibling), queue.name(), "sibling"));
      assertTrue(sibling.isPending());
      assertFalse(sibling.isClosed());
      assertEquals(REMOVED, sibling.cancel());
    }
  }

  @Conformance
  @Rule({"G6", "W7", "W8"})
  void waitingForASiblingIsAllowedWhereSeveralRunAtOnce(Scene scene) throws Exception {
    WorkQueue queue = queue(scene);
    HeldWork sibling = HeldWork.running(queue, "sibling");
    List<Object> answers = new ArrayList<>();
    Work item =
        queue.newWork(
            "item",
            () -> {
              answers.add(sibling.work().cancelAndWait());
              sibling.submit();
              sibling.work().flush();
              answers.add(sibling.ended());
            });
    item.submit();
    scene.eventually("the item cancels its sibling", () -> sibling.work().isCancelling());
    sibling.letAllGo();
    item.flush();
    assertEquals(List.of(RUNNING, 2), answers);
  }
}

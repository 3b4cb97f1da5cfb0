// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Family;
import dev.quern.Kind;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How long items waited and ran, where that is asked for (R8). */
public class TimingRules {
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** For JUnit. */
  public TimingRules() {}

  private static Family family(Quern quern, String name) {
    return quern.inspect().family(Kind.WORK_QUEUE, name).orElseThrow();
  }

  private static Duration seconds(long count) {
    return SECOND.multipliedBy(count);
  }

  @Conformance
  @Rule("R8")
  void inspectSumsUpHowLongItemsWaitedAndRan(Scene scene) throws Exception {
    scene.probe().manualClock();
    Quern quern = scene.quern();
    WorkQueue queue = quern.newWorkQueue(WorkQueueSpec.ordered("work").timing(true));
    HeldWork first = HeldWork.running(queue, "first");
    scene.probe().advance(seconds(1));
    HeldWork second = new HeldWork(queue, "second");
    second.submit();
    scene.probe().advance(seconds(2));
    assertEquals(Duration.ZERO, family(quern, "work").waited(), "it waits yet");
    assertEquals(Duration.ZERO, family(quern, "work").ran(), "it runs yet");
    first.letGo();
    second.awaitRun();
    assertEquals(seconds(2), family(quern, "work").waited());
    assertEquals(seconds(3), family(quern, "work").ran());
    scene.probe().advance(seconds(4));
    second.letGo();
    queue.flush();
    assertEquals(seconds(2), family(quern, "work").waited());
    assertEquals(seconds(7), family(quern, "work").ran());
  }

  @Conformance
  @Rule({"R8", "W1"})
  void aDelayIsNoWaitAndWhatIsTakenAwayCountsForNothing(Scene scene) throws Exception {
    scene.probe().manualClock();
    Quern quern = scene.quern();
    WorkQueue queue = quern.newWorkQueue(WorkQueueSpec.ordered("work").timing(true));
    Work delayed = queue.newWork("delayed", () -> {});
    delayed.schedule(seconds(1));
    scene.probe().advance(seconds(1));
    delayed.flush();
    assertEquals(Duration.ZERO, family(quern, "work").waited(), "it was not in line");
    HeldWork held = HeldWork.running(queue, "held");
    delayed.submit();
    scene.probe().advance(seconds(1));
    delayed.cancel();
    delayed.submit();
    scene.probe().advance(seconds(2));
    held.letAllGo();
    queue.flush();
    assertEquals(seconds(2), family(quern, "work").waited(), "the cancelled wait is not in it");
    assertEquals(seconds(3), family(quern, "work").ran());
  }

  @Conformance
  @Rule("R8")
  void itIsOffUnlessItIsSwitchedOn(Scene scene) throws Exception {
    scene.probe().manualClock();
    Quern quern = scene.open(OpenOptions.NONE.set("quern.work-queue.configured.timing", "true"));
    for (String name : List.of("plain", "configured")) {
      WorkQueue queue = quern.newWorkQueue(WorkQueueSpec.named(name).waitLimit(Duration.ofDays(1)));
      HeldWork held = HeldWork.running(queue, "held");
      scene.probe().advance(SECOND);
      held.letAllGo();
      queue.flush();
    }
    assertEquals(Duration.ZERO, family(quern, "plain").ran());
    assertEquals(SECOND, family(quern, "configured").ran());
  }

  /** Under load, on a clock that goes: no time is counted twice, and none is negative. */
  @Conformance
  @Rule("R8")
  void underFireTheSumsAreThoseOfTheRuns(Scene scene) throws Exception {
    scene.probe().manualClock();
    Quern quern = scene.quern();
    WorkQueue queue = quern.newWorkQueue(WorkQueueSpec.named("work").maxActive(3).timing(true));
    List<Work> items = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      items.add(queue.newWork("item-" + i, () -> {}));
    }
    int rounds = scene.times(500);
    for (int i = 0; i < rounds; i++) {
      items.forEach(Work::submit);
      scene.probe().advance(SECOND);
      items.forEach(Work::submit);
      queue.flush();
    }
    Duration both = family(quern, "work").waited().plus(family(quern, "work").ran());
    assertTrue(!family(quern, "work").waited().isNegative(), () -> "waited " + both);
    assertTrue(!family(quern, "work").ran().isNegative(), () -> "ran " + both);
    // A second is spent by each run that is there when it passes: eight at most.
    assertTrue(both.compareTo(seconds(8L * rounds)) <= 0, () -> "both " + both);
  }
}

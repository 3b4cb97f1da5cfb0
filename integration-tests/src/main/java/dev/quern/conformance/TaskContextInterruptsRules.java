// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The interrupt flag of a thread that a caller lends to a context (G5, T2). */
public class TaskContextInterruptsRules {
  private final List<Boolean> flags = new ArrayList<>();

  @Conformance
  @Rule({"G5", "T2"})
  void theCallersOwnTaskSeesItsFlagAndTheCallerKeepsIt(Scene scene) throws Exception {
    TaskContext context = context(scene, Integer.MAX_VALUE);
    assertTrue(
        flagAfter(
            scene,
            () -> {
              Thread.currentThread().interrupt();
              context.dispatch(this::look);
            }));
    assertEquals(List.of(true), flags);
  }

  @Conformance
  @Rule({"G5", "T2"})
  void aFlagThatTheCallersOwnTaskSetsIsSetWhenDispatchReturns(Scene scene) throws Exception {
    TaskContext context = context(scene, Integer.MAX_VALUE);
    assertTrue(flagAfter(scene, () -> context.dispatch(() -> Thread.currentThread().interrupt())));
    assertEquals(false, flagAfter(scene, () -> context.dispatch(this::look)));
    assertEquals(List.of(false), flags);
  }

  @Conformance
  @Rule("G5")
  void aTaskOfOthersNeverSeesTheFlagOfTheCallerWhoGetsItBack(Scene scene) throws Exception {
    TaskContext context = context(scene, Integer.MAX_VALUE);
    Gate gate = new Gate();
    Async<Boolean> runner =
        async(
            scene,
            () -> {
              Thread.currentThread().interrupt();
              context.dispatch(gate::passUninterruptibly);
            });
    gate.awaitReached();
    context.dispatch(this::look);
    context.dispatch(this::look);
    gate.open();
    assertTrue(runner.result());
    assertEquals(List.of(false, false), flags);
  }

  @Conformance
  @Rule("G5")
  void aFlagThatATaskOfOthersSetsReachesTheCallerAndNoOtherTask(Scene scene) throws Exception {
    TaskContext context = context(scene, Integer.MAX_VALUE);
    Gate gate = new Gate();
    Async<Boolean> runner = async(scene, () -> context.dispatch(gate::pass));
    gate.awaitReached();
    context.dispatch(
        () -> {
          Thread.currentThread().interrupt();
          look();
        });
    context.dispatch(this::look);
    gate.open();
    assertTrue(runner.result());
    assertEquals(List.of(true, false), flags);
  }

  @Conformance
  @Rule("G5")
  void aCallerThatIsInterruptedWhileItRunsOthersKeepsTheFlag(Scene scene) throws Exception {
    TaskContext context = context(scene, Integer.MAX_VALUE);
    Gate own = new Gate();
    Gate others = new Gate();
    Async<Boolean> runner = async(scene, () -> context.dispatch(own::pass));
    own.awaitReached();
    context.dispatch(others::passUninterruptibly);
    context.dispatch(this::look);
    own.open();
    others.awaitReached();
    runner.interrupt();
    others.open();
    assertTrue(runner.result());
    assertEquals(List.of(false), flags);
  }

  @Conformance
  @Rule({"G5", "T3"})
  void aContendedDispatchLeavesTheCallersFlagAlone(Scene scene) throws Exception {
    TaskContext context = context(scene, Integer.MAX_VALUE);
    Runner runner = new Runner(scene, context);
    assertTrue(
        flagAfter(
            scene,
            () -> {
              Thread.currentThread().interrupt();
              context.dispatch(this::look);
            }));
    runner.leave();
    assertEquals(List.of(false), flags);
  }

  @Conformance
  @Rule({"G5", "T9"})
  void afterTheHandOverNoFlagLeaksFromTaskToTask(Scene scene) throws Exception {
    TaskContext context = context(scene, 0);
    Runner runner = new Runner(scene, context);
    for (int i = 0; i < 3; i++) {
      context.dispatch(
          () -> {
            look();
            Thread.currentThread().interrupt();
          });
    }
    runner.leave();
    context.barrier();
    assertEquals(List.of(false, false, false), flags);
  }

  private void look() {
    flags.add(Thread.currentThread().isInterrupted());
  }

  /** Runs code on a thread of its own; the result is whether its flag is set at the end. */
  private static Async<Boolean> async(Scene scene, Action code) {
    return scene.async(
        () -> {
          code.run();
          return Thread.interrupted();
        });
  }

  private static boolean flagAfter(Scene scene, Action code) {
    return async(scene, code).result();
  }

  private static TaskContext context(Scene scene, int maxInline) {
    TaskContextSpec spec = TaskContextSpec.named("context");
    return scene
        .quern()
        .newTaskContext(spec.maxInline(maxInline).maxInlineTime(Duration.ofHours(1)));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ClosedException;
import dev.quern.MisuseException;
import dev.quern.Task;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.function.Executable;

/** Waiting for a context: barrier and close (T7, T12). */
public class TaskContextWaitsRules {
  private static final Duration SOON = Duration.ofMillis(5);
  private static final Duration LONG = Duration.ofMinutes(1);

  @Conformance
  @Rule("T7")
  void barrierReturnsAtOnceWhenIdle(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    context.barrier();
    assertTrue(context.barrier(Duration.ZERO));
    context.dispatch(() -> {});
    assertTrue(context.barrier(Duration.ofSeconds(-1)));
  }

  @Conformance
  @Rule({"T7", "G3"})
  void barrierReturnsWhenAllBeforeItHasFinishedAndWaitsForNothingAfterIt(Scene scene)
      throws Exception {
    TaskContext context = inline(scene);
    Runner runner = new Runner(scene, context);
    List<String> ran = new ArrayList<>();
    Gate last = new Gate();
    context.dispatch(
        () -> {
          last.pass();
          ran.add("before");
        });
    Async<List<String>> barrier =
        scene.async(
            () -> {
              context.barrier();
              return List.copyOf(ran); // plain, and seen
            });
    barrier.awaitWaiting();
    Gate after = new Gate();
    context.dispatch(after::pass);
    runner.go();
    last.awaitReached();
    assertFalse(barrier.isDone(), "the last task before it has not finished");
    last.open();
    assertEquals(List.of("before"), barrier.result());
    assertFalse(after.isOpen());
    after.open();
    runner.awaitReturn();
  }

  @Conformance
  @Rule("T7")
  void barrierWaitsForTheTaskInProgress(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    Runner runner = new Runner(scene, context);
    Async<Boolean> barrier = scene.async(() -> context.barrier(LONG)).awaitWaiting();
    runner.leave();
    assertTrue(barrier.result());
  }

  @Conformance
  @Rule({"T7", "G4"})
  void barrierIsInterruptibleAndHasALimit(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    Runner runner = new Runner(scene, context);
    AtomicInteger ran = new AtomicInteger();
    context.dispatch(ran::incrementAndGet);
    for (Duration limit : List.of(SOON, Duration.ZERO, Duration.ofSeconds(-1))) {
      assertFalse(context.barrier(limit));
    }
    Async<?> barrier =
        scene.async(() -> assertThrows(InterruptedException.class, context::barrier));
    barrier.awaitWaiting().interrupt();
    barrier.result();
    runner.leave();
    assertEquals(1, ran.get());
    context.barrier();
  }

  @Conformance
  @Rule({"T7", "T10", "T12", "G6"})
  void waitingForTheContextFromInsideItIsMisuse(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    List<Throwable> thrown = new ArrayList<>();
    List<Executable> waits =
        List.of(
            context::barrier,
            () -> context.barrier(SOON),
            () -> context.call(() -> 1),
            () -> context.call(() -> 1, SOON),
            context::close,
            () -> context.close(SOON));
    for (Executable wait : waits) {
      context.dispatch(() -> thrown.add(assertThrows(MisuseException.class, wait)));
    }
    assertEquals(waits.size(), thrown.size());
    thrown.forEach(
        misuse ->
            assertTrue(String.valueOf(misuse.getMessage()).contains("context"), misuse::toString));
    assertFalse(context.isClosed(), "nothing has changed");
    assertEquals(1, context.call(() -> 1));
  }

  @Conformance
  @Rule({"T12", "G11"})
  void fromTheStartOfCloseEverySubmissionThrowsThoseFromInsideToo(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    Task task = context.newTask("task", () -> {});
    Runner runner = new Runner(scene, context);
    List<String> ran = new ArrayList<>();
    List<Throwable> inside = new ArrayList<>();
    context.dispatch(
        () -> {
          inside.add(assertThrows(ClosedException.class, () -> context.dispatch(() -> {})));
          inside.add(assertThrows(ClosedException.class, task::dispatch));
          ran.add("accepted before");
        });
    Async<Boolean> closing =
        scene.async(
            () -> {
              context.close();
              return true;
            });
    closing.awaitWaiting();
    assertTrue(context.isClosed());
    assertThrows(ClosedException.class, () -> context.dispatch(() -> {}));
    assertThrows(ClosedException.class, task::dispatch);
    assertThrows(ClosedException.class, () -> context.call(() -> 1));
    assertThrows(ClosedException.class, () -> context.call(() -> 1, SOON));
    assertEquals(List.of(), ran);
    runner.leave();
    closing.result();
    assertEquals(List.of("accepted before"), ran);
    assertEquals(2, inside.size());
  }

  @Conformance
  @Rule({"T12", "G4", "G19"})
  void aLimitedCloseNamesTheContextAndClosingAgainWaitsForIt(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    Runner runner = new Runner(scene, context);
    assertEquals(List.of("context"), context.close(SOON));
    assertTrue(context.isClosed());
    assertEquals(List.of("context"), context.close(Duration.ZERO));
    Async<List<String>> again = scene.async(() -> context.close(LONG)).awaitWaiting();
    runner.leave();
    assertEquals(List.of(), again.result());
    assertEquals(List.of(), context.close(Duration.ZERO));
    context.close();
  }

  @Conformance
  @Rule({"T12", "G11"})
  void aDispatchThatRacesWithCloseIsServedOrThrows(Scene scene) throws Exception {
    for (int round = 0; round < scene.times(40); round++) {
      TaskContext context = scene.quern().newTaskContext("context");
      AtomicInteger ran = new AtomicInteger();
      List<Async<Integer>> dispatchers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        dispatchers.add(
            scene.async(
                () -> {
                  int accepted = 0;
                  try {
                    while (true) {
                      context.dispatch(ran::incrementAndGet);
                      accepted++;
                    }
                  } catch (ClosedException closed) {
                    return accepted;
                  }
                }));
      }
      context.close();
      int atClose = ran.get();
      assertEquals(dispatchers.stream().mapToInt(Async::result).sum(), ran.get());
      assertEquals(atClose, ran.get(), "close returned before all had run");
    }
  }

  private static TaskContext inline(Scene scene) {
    TaskContextSpec spec = TaskContextSpec.named("context");
    return scene
        .quern()
        .newTaskContext(spec.maxInline(Integer.MAX_VALUE).maxInlineTime(Duration.ofHours(1)));
  }
}

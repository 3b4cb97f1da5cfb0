// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Call;
import dev.quern.Failure;
import dev.quern.Kind;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Calls into a context (T10). */
public class TaskContextCallRules {
  private static final Duration SOON = Duration.ofMillis(5);
  private static final Duration LONG = Duration.ofMinutes(1);

  @Conformance
  @Rule("T10")
  void callReturnsTheResult(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    Object result = new Object();
    assertSame(result, context.call(() -> result));
    assertSame(result, context.call(() -> result, LONG));
    assertSame(result, context.call(() -> result, Duration.ZERO), "idle: one look is enough");
    assertEquals(null, context.<@Nullable Object, Exception>call(() -> null));
  }

  @Conformance
  @Rule({"T10", "T4"})
  void aContendedCallWaitsForItsTurn(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    Runner runner = new Runner(scene, context);
    List<String> ran = new ArrayList<>();
    context.dispatch(() -> ran.add("before"));
    Async<List<String>> call =
        scene.async(
            () ->
                context.call(
                    () -> {
                      ran.add("call");
                      return List.copyOf(ran);
                    }));
    call.awaitWaiting();
    context.dispatch(() -> ran.add("after"));
    assertEquals(List.of(), ran);
    runner.leave();
    assertEquals(List.of("before", "call"), call.result());
    context.barrier();
    assertEquals(List.of("before", "call", "after"), ran);
  }

  @Conformance
  @Rule("T10")
  void callThrowsWhatItsCodeThrowsAndReportsNothing(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    IOException checked = new IOException("checked");
    Call<String, IOException> failing =
        () -> {
          throw checked;
        };
    try {
      context.call(failing); // compiles: call throws IOException, and not Exception
    } catch (IOException e) {
      assertSame(checked, e);
    }
    assertSame(checked, assertThrows(IOException.class, () -> context.call(failing, LONG)));
    Error error = new AssertionError("error");
    Call<String, RuntimeException> broken =
        () -> {
          throw error;
        };
    assertSame(error, assertThrows(AssertionError.class, () -> context.call(broken)));
    Runner runner = new Runner(scene, context);
    Async<String> contended = scene.async(() -> context.call(failing));
    contended.awaitWaiting();
    runner.leave();
    assertSame(checked, contended.thrown());
  }

  @Conformance
  @Rule({"T10", "G4"})
  void aCallWhoseTimeIsUpIsWithdrawn(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    Runner runner = new Runner(scene, context);
    AtomicInteger ran = new AtomicInteger();
    for (Duration limit : List.of(SOON, Duration.ZERO, Duration.ofSeconds(-1))) {
      assertThrows(TimeoutException.class, () -> context.call(() -> ran.incrementAndGet(), limit));
    }
    runner.leave();
    context.barrier();
    assertEquals(0, ran.get());
  }

  @Conformance
  @Rule({"T10", "G4"})
  void anInterruptedCallIsWithdrawn(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    Runner runner = new Runner(scene, context);
    AtomicInteger ran = new AtomicInteger();
    Async<Integer> call = scene.async(() -> context.call(() -> ran.incrementAndGet()));
    call.awaitWaiting().interrupt();
    assertTrue(call.thrown() instanceof InterruptedException);
    runner.leave();
    context.barrier();
    assertEquals(0, ran.get());
  }

  @Conformance
  @Rule({"T10", "G4", "G5"})
  void aCallThatHadBegunEndsUnobservedAndItsThrowIsReported(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    Runner runner = new Runner(scene, context);
    Gate gate = new Gate();
    IOException cause = new IOException("nobody waits for it");
    Async<Object> call =
        scene.async(
            () ->
                context.call(
                    () -> {
                      gate.passUninterruptibly();
                      throw cause;
                    }));
    call.awaitWaiting();
    runner.go();
    gate.awaitReached();
    call.interrupt();
    assertTrue(call.thrown() instanceof InterruptedException);
    gate.open();
    runner.awaitReturn();
    context.barrier();
    assertEquals(1, scene.failures().size());
    Failure failure = scene.failures().get(0);
    assertEquals(Kind.TASK_CONTEXT, failure.kind());
    assertEquals("context", failure.primitive());
    assertSame(cause, failure.cause());
  }

  @Conformance
  @Rule({"T10", "G4"})
  void aTimedCallThatHadBegunEndsUnobserved(Scene scene) throws Exception {
    TaskContext context = inline(scene);
    for (Duration limit = Duration.ofMillis(20); ; limit = limit.multipliedBy(3)) {
      Runner runner = new Runner(scene, context);
      Gate gate = new Gate();
      AtomicReference<@Nullable Thread> ended = new AtomicReference<>();
      Duration now = limit;
      Async<Object> call =
          scene.async(
              () ->
                  context.call(
                      () -> {
                        gate.passUninterruptibly();
                        ended.set(Thread.currentThread());
                        return "unobserved";
                      },
                      now));
      scene.eventually(() -> call.isDone() || isWaiting(call.thread()));
      runner.go();
      assertTrue(call.thrown() instanceof TimeoutException);
      gate.open();
      context.barrier();
      if (ended.get() != null) {
        return; // else the limit was too short for this machine
      }
    }
  }

  private static boolean isWaiting(Thread thread) {
    Thread.State state = thread.getState();
    return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
  }

  private static TaskContext inline(Scene scene) {
    TaskContextSpec spec = TaskContextSpec.named("context");
    return scene
        .quern()
        .newTaskContext(spec.maxInline(Integer.MAX_VALUE).maxInlineTime(Duration.ofHours(1)));
  }
}

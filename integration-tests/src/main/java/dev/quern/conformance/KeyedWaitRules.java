// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.Cancellation.IDLE;
import static dev.quern.Cancellation.REMOVED;
import static dev.quern.Cancellation.RUNNING;
import static dev.quern.Cancellation.TIMED_OUT;
import static dev.quern.Submission.COALESCED;
import static dev.quern.Submission.QUEUED;
import static dev.quern.Submission.REFUSED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.KeyHandler;
import dev.quern.KeyRun;
import dev.quern.KeyedWorkQueue;
import dev.quern.KeyedWorkQueueSpec;
import dev.quern.MisuseException;
import dev.quern.Next;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Taking keys back, waiting for them, closing their queue: W17 with W6, W7, W10, W21, W22. */
public class KeyedWaitRules {
  private static final Duration HOUR = Duration.ofHours(1);

  /** For JUnit. */
  public KeyedWaitRules() {}

  // ---- cancel

  @Conformance
  @Rule({"W17", "W6"})
  void cancelAnswersWhatItFound(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.of(scene, KeyLog.spec().maxActive(1));
    KeyedWorkQueue<String> queue = log.queue();
    assertEquals(IDLE, queue.cancel("a"));
    Gate gate = log.running("a");
    assertEquals(RUNNING, queue.cancel("a"));
    queue.submit("a");
    queue.submit("b");
    queue.schedule("c", HOUR);
    assertEquals(REMOVED, queue.cancel("a"));
    assertEquals(REMOVED, queue.cancel("b"));
    assertEquals(REMOVED, queue.cancel("c"));
    assertEquals(IDLE, queue.cancel("c"));
    assertEquals(RUNNING, queue.cancel("a"));
    gate.open();
    queue.flush();
    assertEquals(List.of("a#1"), log.runs());
  }

  @Conformance
  @Rule({"W17", "W6", "W23"})
  void cancelInsideTheHandlerLeavesItsRetry(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.timed(scene, KeyLog.spec());
    AtomicReference<Cancellation> answer = new AtomicReference<>();
    log.then(
        run -> {
          log.queue().submit("a");
          answer.set(log.queue().cancel("a"));
          return Next.RETRY;
        });
    log.queue().submit("a");
    log.queue().flush();
    assertEquals(REMOVED, answer.get());
    log.advance(KeyLog.FIRST);
    assertEquals(List.of("a#1", "a#2"), log.runs());
  }

  @Conformance
  @Rule({"W17", "W7"})
  void cancelAndWaitTakesRetriesAwayAndRefusesMeanwhile(Scene scene) throws InterruptedException {
    for (Next answer : List.of(Next.RETRY, Next.after(Duration.ZERO), Next.after(HOUR))) {
      KeyLog log = KeyLog.of(scene, KeyedWorkQueueSpec.named("w").maxActive(2));
      KeyedWorkQueue<String> queue = log.queue();
      Gate gate = log.running("a", answer);
      queue.submit("a");
      Async<Cancellation> cancelling = scene.async(() -> queue.cancelAndWait("a")).awaitWaiting();
      assertEquals(REFUSED, queue.submit("a"));
      assertEquals(REFUSED, queue.schedule("a", HOUR));
      assertEquals(RUNNING, queue.cancel("a"));
      assertEquals(QUEUED, queue.submit("b"), "another key is not concerned");
      gate.open();
      assertEquals(REMOVED, cancelling.result());
      assertEquals(IDLE, queue.cancel("a"));
      queue.flush();
      assertEquals(Set.of("a#1", "b#1"), Set.copyOf(log.runs()));
      assertEquals(2, log.runs().size());
      assertEquals(QUEUED, queue.submit("a"));
      queue.flush();
      assertEquals("a#1", log.runs().get(2), "and its back-off is forgotten");
      queue.close();
    }
  }

  @Conformance
  @Rule({"W17", "W7", "G4"})
  void cancelAndWaitOfAnIdleOrPendingKeyDoesNotWait(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.of(scene, KeyLog.spec().maxActive(1));
    Gate gate = log.running("a");
    log.queue().submit("b");
    log.queue().schedule("c", HOUR);
    assertEquals(REMOVED, log.queue().cancelAndWait("b"));
    assertEquals(REMOVED, log.queue().cancelAndWait("c", Duration.ZERO));
    assertEquals(IDLE, log.queue().cancelAndWait("d"));
    assertEquals(TIMED_OUT, log.queue().cancelAndWait("a", Duration.ZERO));
    assertEquals(REFUSED, log.queue().submit("a"), "the request stays in effect");
    gate.open();
    log.queue().flush();
    assertEquals(QUEUED, log.queue().submit("a"));
  }

  @Conformance
  @Rule({"W17", "W21"})
  void aRunSeesThatItIsWaitedFor(Scene scene) throws InterruptedException {
    for (boolean close : new boolean[] {false, true}) {
      KeyLog log = KeyLog.of(scene, KeyedWorkQueueSpec.named("w").maxActive(2));
      KeyedWorkQueue<String> queue = log.queue();
      AtomicReference<@Nullable KeyRun<String>> current = new AtomicReference<>();
      AtomicBoolean seen = new AtomicBoolean();
      CountDownLatch begun = new CountDownLatch(1);
      log.then(
          run -> {
            current.set(run);
            assertFalse(run.isCancelling());
            begun.countDown();
            scene.eventually(run::isCancelling);
            seen.set(true);
            return Next.RETRY;
          });
      queue.submit("a");
      scene.await(begun);
      assertEquals(RUNNING, queue.cancel("a"));
      assertFalse(current.get().isCancelling(), "cancel does not wait");
      if (close) {
        assertEquals(List.of("a"), queue.close(Scene.LIMIT), "its retry was taken away");
      } else {
        assertEquals(RUNNING, queue.cancelAndWait("a"));
      }
      assertTrue(seen.get());
      assertFalse(current.get().isCancelling(), "after its end");
      queue.close();
    }
  }

  // ---- flush

  @Conformance
  @Rule({"W17", "W10"})
  void flushWaitsForWhatIsQueuedOrRunsAndForNothingElse(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.of(scene, KeyedWorkQueueSpec.named("w").maxActive(1).firstRetry(HOUR));
    KeyedWorkQueue<String> queue = log.queue();
    log.then(Next.RETRY, Next.after(HOUR));
    queue.submit("retries");
    queue.submit("rests");
    queue.schedule("delayed", HOUR);
    queue.flush();
    assertEquals(List.of("retries#1", "rests#1"), log.runs());
    Gate gate = log.running("a");
    Gate later = log.held();
    queue.submit("b");
    Async<Boolean> flush = scene.async(() -> queue.flush(Scene.LIMIT)).awaitWaiting();
    gate.open();
    later.awaitReached();
    queue.submit("c"); // after the call
    Gate last = log.held();
    assertFalse(flush.isDone());
    later.open();
    assertTrue(flush.result());
    last.awaitReached();
    assertFalse(queue.flush(Duration.ZERO));
    last.open();
    queue.flush();
    assertTrue(queue.flush(Duration.ZERO));
    assertEquals(COALESCED, queue.submit("delayed"));
  }

  @Conformance
  @Rule({"W17", "W10"})
  void aFlushDoesNotWaitForARunThatWasTakenAway(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.of(scene, KeyLog.spec().maxActive(1));
    Gate gate = log.running("a", Next.after(HOUR));
    log.queue().submit("a");
    log.queue().submit("b");
    Async<Boolean> flush = scene.async(() -> log.queue().flush(Scene.LIMIT)).awaitWaiting();
    log.queue().cancel("a");
    log.queue().cancel("b");
    gate.open();
    assertTrue(flush.result());
    assertEquals(List.of("a#1"), log.runs());
  }

  // ---- close

  @Conformance
  @Rule({"W17", "W22"})
  void closeRunsWhatIsQueuedAndNamesWhatItRemoved(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.of(scene, KeyedWorkQueueSpec.named("w").maxActive(1).firstRetry(HOUR));
    KeyedWorkQueue<String> queue = log.queue();
    log.then(Next.RETRY, Next.after(HOUR));
    queue.submit("retries");
    queue.submit("rests");
    queue.flush();
    queue.schedule("delayed", HOUR);
    Gate gate = log.running("fails", Next.RETRY);
    queue.submit("queued");
    Async<List<String>> close = scene.async(() -> queue.close(Scene.LIMIT)).awaitWaiting();
    assertTrue(queue.isClosed());
    ClosedException closed = assertThrows(ClosedException.class, () -> queue.submit("late"));
    assertTrue(closed.getMessage().contains("late"), closed.getMessage());
    gate.open();
    assertEquals(
        Set.of("retries", "rests", "delayed", "fails"), Set.copyOf(close.result()), "removed");
    assertEquals(List.of("retries#1", "rests#1", "fails#1", "queued#1"), log.runs());
    assertEquals(List.of(), queue.close(Scene.LIMIT));
    queue.close();
  }

  @Conformance
  @Rule({"W17", "W22", "G4"})
  void aCloseThatRunsOutOfTimeNamesWhatIsLeftAndGoesOn(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.of(scene, KeyedWorkQueueSpec.named("w").maxActive(1));
    Gate gate = log.running("runs");
    log.queue().submit("queued");
    log.queue().schedule("delayed", HOUR);
    assertEquals(Set.of("runs", "queued", "delayed"), Set.copyOf(log.queue().close(Duration.ZERO)));
    gate.open();
    scene.eventually("its name is free", () -> isFree(scene, "w"));
    assertEquals(List.of("runs#1", "queued#1"), log.runs());
    assertEquals(List.of(), log.queue().close(Duration.ZERO));
  }

  private static boolean isFree(Scene scene, String name) {
    try {
      scene.quern().newKeyedWorkQueue(KeyedWorkQueueSpec.named(name), run -> Next.DONE).close();
      return true;
    } catch (MisuseException live) {
      return false;
    }
  }

  @Conformance
  @Rule({"W17", "W22"})
  void whileItClosesItsOwnRunsAreRefused(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.of(scene, KeyedWorkQueueSpec.named("w"));
    CountDownLatch begun = new CountDownLatch(1);
    List<Object> answers = new ArrayList<>();
    log.then(
        run -> {
          begun.countDown();
          scene.eventually(run::isCancelling);
          answers.add(log.queue().submit("a"));
          answers.add(log.queue().submit("b"));
          answers.add(log.queue().schedule("c", HOUR));
          return Next.DONE;
        });
    log.queue().submit("a");
    scene.await(begun);
    log.queue().close();
    assertEquals(List.of(REFUSED, REFUSED, REFUSED), answers);
    assertEquals(List.of("a#1"), log.runs());
  }

  @Conformance
  @Rule({"W17", "W22", "W4"})
  void aRateIsKeptAlsoByAClose(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.timed(scene, KeyedWorkQueueSpec.named("w").runsPerSecond(1));
    for (String key : List.of("a", "b", "c")) {
      log.queue().submit(key);
    }
    scene.eventually(() -> log.runs().size() == 1);
    Async<List<String>> close = scene.async(() -> log.queue().close(Scene.LIMIT)).awaitWaiting();
    for (int runs = 2; runs <= 3; runs++) {
      int expected = runs;
      scene.probe().advance(Duration.ofSeconds(1));
      scene.eventually(() -> log.runs().size() == expected);
    }
    assertEquals(List.of(), close.result());
    assertEquals(List.of("a#1", "b#1", "c#1"), log.runs());
  }

  @Conformance
  @Rule({"W17", "G11"})
  void aSubmissionThatRacesWithCloseIsServedOrThrows(Scene scene) throws InterruptedException {
    for (int round = 0; round < scene.times(20); round++) {
      AtomicLong served = new AtomicLong();
      KeyHandler<Integer> handler =
          run -> {
            served.incrementAndGet();
            return Next.DONE;
          };
      KeyedWorkQueue<Integer> queue =
          scene.quern().newKeyedWorkQueue(KeyedWorkQueueSpec.named("race").maxActive(2), handler);
      CountDownLatch going = new CountDownLatch(2);
      List<Async<Long>> producers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        int first = i;
        producers.add(scene.async(() -> produce(queue, first, going)));
      }
      scene.await(going);
      queue.close();
      long atClose = served.get();
      long accepted = producers.stream().mapToLong(Async::result).sum();
      assertEquals(accepted, served.get(), "accepted and served");
      assertEquals(atClose, served.get(), "served after close() returned");
      assertNotEquals(0, accepted);
    }
  }

  private static long produce(KeyedWorkQueue<Integer> queue, int first, CountDownLatch going) {
    long accepted = 0;
    for (int key = first; ; key += 2) {
      try {
        if (queue.submit(key % 7) == QUEUED) {
          accepted++;
        }
        going.countDown();
        if (key % 64 < 2) {
          Thread.yield();
        }
      } catch (ClosedException expected) {
        return accepted;
      }
    }
  }

  @Conformance
  @Rule({"W17", "R7"})
  void theRuntimesCloseClosesIt(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.of(scene, KeyedWorkQueueSpec.named("w"));
    Gate gate = log.running("a");
    log.queue().submit("a");
    assertEquals(List.of("a"), scene.quern().close(Duration.ZERO));
    assertThrows(ClosedException.class, () -> log.queue().submit("a"));
    assertThrows(
        ClosedException.class,
        () -> scene.quern().newKeyedWorkQueue(KeyLog.spec(), run -> Next.DONE));
    gate.open();
    scene.stray();
    scene.failures(); // the run was interrupted
    assertEquals(List.of(), log.queue().close(Scene.LIMIT));
  }

  // ---- misuse

  @Conformance
  @Rule({"W17", "G6"})
  void waitingForItselfIsMisuse(Scene scene) throws Exception {
    for (int maxActive : new int[] {1, 4}) {
      KeyLog log =
          KeyLog.of(scene, KeyedWorkQueueSpec.named("max-" + maxActive).maxActive(maxActive));
      KeyedWorkQueue<String> queue = log.queue();
      Map<String, Action> waits = new LinkedHashMap<>();
      waits.put("flush", queue::flush);
      waits.put("flush(zero)", () -> queue.flush(Duration.ZERO));
      waits.put("close", queue::close);
      waits.put("close(limit)", () -> queue.close(HOUR));
      waits.put("cancelAndWait", () -> queue.cancelAndWait("a"));
      waits.put("cancelAndWait(limit)", () -> queue.cancelAndWait("a", HOUR));
      waits.put("quern.close", () -> scene.quern().close());
      if (maxActive == 1) {
        waits.put("cancelAndWait of another", () -> queue.cancelAndWait("b"));
      }
      for (Map.Entry<String, Action> wait : waits.entrySet()) {
        Throwable thrown = inside(log, wait.getValue());
        assertInstanceOf(MisuseException.class, thrown, wait.getKey());
        assertTrue(thrown.getMessage().contains("max-"), thrown.getMessage());
      }
      if (maxActive > 1) {
        assertEquals(null, inside(log, () -> queue.cancelAndWait("b", Scene.LIMIT)));
      }
      assertFalse(queue.isClosed());
      queue.flush();
      assertEquals(QUEUED, queue.submit("a"), "a misuse changed something");
    }
  }

  private static @Nullable Throwable inside(KeyLog log, Action code) throws InterruptedException {
    AtomicReference<@Nullable Throwable> outcome = new AtomicReference<>();
    log.then(
        run -> {
          try {
            code.run();
          } catch (Throwable thrown) {
            outcome.set(thrown);
          }
          return Next.DONE;
        });
    log.queue().submit("a");
    log.queue().flush();
    return outcome.get();
  }
}

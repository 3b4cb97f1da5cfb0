// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.Cancellation.REMOVED;
import static dev.quern.Submission.COALESCED;
import static dev.quern.Submission.QUEUED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Failure;
import dev.quern.GivenUpException;
import dev.quern.KeyHandler;
import dev.quern.Next;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Retries, delays, and the rate limit: W17 on a clock moved by hand. */
public class KeyedRetryRules {
  private static final Duration NANO = Duration.ofNanos(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** For JUnit. */
  public KeyedRetryRules() {}

  private static List<String> attempts(int... attempts) {
    List<String> runs = new ArrayList<>();
    for (int attempt : attempts) {
      runs.add("a#" + attempt);
    }
    return runs;
  }

  private static void expectRunExactlyAfter(KeyLog log, Duration delay)
      throws InterruptedException {
    int before = log.runs().size();
    log.advance(delay.minus(NANO));
    assertEquals(before, log.runs().size(), () -> "a nanosecond before its time: " + log.runs());
    log.advance(NANO);
    assertEquals(before + 1, log.runs().size(), () -> "at its time, " + delay + ": " + log.runs());
  }

  @Conformance
  @Rule({"W17", "W4"})
  void aRetryWaitsTwiceAsLongEachTimeUpToTheLongest(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.timed(scene, KeyLog.spec());
    log.then(Next.RETRY, Next.RETRY, Next.RETRY, Next.RETRY, Next.RETRY, Next.RETRY);
    log.queue().submit("a");
    log.queue().flush();
    for (long millis : new long[] {100, 200, 400, 800, 1000, 1000}) {
      expectRunExactlyAfter(log, Duration.ofMillis(millis));
    }
    assertEquals(attempts(1, 2, 3, 4, 5, 6, 7), log.runs());
    log.advance(HOUR);
    assertEquals(7, log.runs().size(), "the last was DONE");
  }

  @Conformance
  @Rule("W17")
  void doneAndAfterForgetTheBackOff(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.timed(scene, KeyLog.spec());
    log.then(Next.RETRY, Next.RETRY, Next.after(SECOND), Next.RETRY, Next.RETRY, Next.DONE);
    log.queue().submit("a");
    log.queue().flush();
    for (long millis : new long[] {100, 200, 1000, 100, 200}) {
      expectRunExactlyAfter(log, Duration.ofMillis(millis));
    }
    assertEquals(attempts(1, 2, 3, 1, 2, 3), log.runs());
    log.then(Next.RETRY);
    assertEquals(QUEUED, log.queue().submit("a"));
    log.queue().flush();
    expectRunExactlyAfter(log, KeyLog.FIRST);
    assertEquals(attempts(1, 2, 3, 1, 2, 3, 1, 2), log.runs());
  }

  @Conformance
  @Rule({"W17", "G18"})
  void afterNoTimeItRunsAtOnce(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.timed(scene, KeyLog.spec());
    log.then(Next.after(Duration.ZERO), Next.after(Duration.ofSeconds(-1)));
    log.queue().submit("a");
    scene.eventually(() -> log.runs().size() == 3);
    log.then(Next.after(Duration.ofDays(Integer.MAX_VALUE)));
    log.queue().submit("b");
    log.advance(Duration.ofDays(36_524));
    assertEquals(4, log.runs().size(), "a century has not passed");
  }

  @Conformance
  @Rule({"W17", "G5"})
  void aThrowIsReportedAndRetriedAndInTheEndTheKeyIsGivenUp(Scene scene)
      throws InterruptedException {
    KeyLog log = KeyLog.timed(scene, KeyLog.spec().maxRetries(2));
    List<RuntimeException> thrown = new ArrayList<>();
    KeyHandler<String> fails =
        run -> {
          RuntimeException now = new IllegalStateException("attempt " + run.attempt());
          thrown.add(now);
          throw now;
        };
    log.then(fails).then(fails).then(fails);
    log.queue().submit("a");
    log.queue().flush();
    log.advance(HOUR);
    log.advance(HOUR);
    log.advance(HOUR);
    assertEquals(attempts(1, 2, 3), log.runs());
    List<Failure> failures = scene.failures();
    assertEquals(4, failures.size(), failures::toString);
    for (int i = 0; i < 3; i++) {
      assertSame(thrown.get(i), failures.get(i).cause());
    }
    Failure last = failures.get(3);
    GivenUpException givenUp = assertInstanceOf(GivenUpException.class, last.cause());
    assertSame(thrown.get(2), givenUp.getCause());
    assertTrue(givenUp.getMessage().contains("2 retries"), givenUp.getMessage());
    assertEquals("a", last.item().orElseThrow());
    assertEquals(QUEUED, log.queue().submit("a"));
    log.queue().flush();
    assertEquals(attempts(1, 2, 3, 1), log.runs());
  }

  @Conformance
  @Rule("W17")
  void withoutRetriesTheFirstFailureIsTheLast(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.timed(scene, KeyLog.spec().maxRetries(0)).then(Next.RETRY);
    log.queue().submit("a");
    log.queue().flush();
    GivenUpException givenUp =
        assertInstanceOf(GivenUpException.class, scene.failures().get(0).cause());
    assertNull(givenUp.getCause());
    log.advance(HOUR);
    assertEquals(attempts(1), log.runs());
  }

  @Conformance
  @Rule("W17")
  void aRunPendingWhenTheKeyIsGivenUpRunsAsAFirstAttempt(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.timed(scene, KeyLog.spec().maxRetries(0));
    Gate gate = log.running("a", Next.RETRY);
    assertEquals(QUEUED, log.queue().submit("a"));
    gate.open();
    log.queue().flush();
    assertEquals(attempts(1, 1), log.runs());
    assertEquals(1, scene.failures().size());
  }

  @Conformance
  @Rule("W17")
  void submittingAKeyThatWaitsRunsItAtOnceInPlaceOfTheWait(Scene scene)
      throws InterruptedException {
    KeyLog log = KeyLog.timed(scene, KeyLog.spec());
    for (Next wait : List.of(Next.RETRY, Next.after(HOUR))) {
      log.then(wait);
      log.queue().submit("a");
      log.queue().flush();
      assertEquals(COALESCED, log.queue().submit("a"), "waits: " + wait);
      log.queue().flush();
      int runs = log.runs().size();
      log.advance(HOUR);
      assertEquals(runs, log.runs().size(), "the wait was not replaced: " + wait);
    }
    assertEquals(attempts(1, 2, 1, 1), log.runs());
    assertEquals(QUEUED, log.queue().schedule("a", HOUR));
    assertEquals(COALESCED, log.queue().submit("a"));
    log.queue().flush();
    assertEquals(attempts(1, 2, 1, 1, 1), log.runs(), "at once, not at its deadline");
    log.advance(HOUR);
    assertEquals(attempts(1, 2, 1, 1, 1), log.runs());
  }

  @Conformance
  @Rule("W17")
  void aSubmissionDuringARunThatAsksForARetryRunsAtOnceAndKeepsTheBackOff(Scene scene)
      throws InterruptedException {
    KeyLog log = KeyLog.timed(scene, KeyLog.spec());
    Gate gate = log.running("a", Next.RETRY);
    assertEquals(QUEUED, log.queue().submit("a"));
    log.then(Next.RETRY);
    gate.open();
    log.queue().flush();
    assertEquals(attempts(1, 2), log.runs());
    expectRunExactlyAfter(log, KeyLog.FIRST.multipliedBy(2));
    assertEquals(attempts(1, 2, 3), log.runs());
  }

  @Conformance
  @Rule({"W17", "W4"})
  void aScheduledKeyKeepsItsDeadline(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.timed(scene, KeyLog.spec());
    assertEquals(QUEUED, log.queue().schedule("a", SECOND));
    assertEquals(COALESCED, log.queue().schedule("a", NANO));
    assertEquals(COALESCED, log.queue().schedule("a", HOUR));
    expectRunExactlyAfter(log, SECOND);
    assertEquals(QUEUED, log.queue().schedule("a", Duration.ZERO));
    log.queue().flush();
    Gate gate = log.running("a");
    assertEquals(QUEUED, log.queue().schedule("a", SECOND));
    gate.open();
    log.queue().flush();
    assertEquals(3, log.runs().size());
    expectRunExactlyAfter(log, SECOND);
    Gate again = log.running("a");
    log.queue().submit("a");
    assertEquals(COALESCED, log.queue().schedule("a", HOUR), "a queued key stays queued");
    again.open();
    log.queue().flush();
    assertEquals(6, log.runs().size());
  }

  @Conformance
  @Rule("W17")
  void ofAKeyThatWaitsByItsHandlersWishTheEarlierDeadlineCounts(Scene scene)
      throws InterruptedException {
    KeyLog log = KeyLog.timed(scene, KeyLog.spec());
    log.then(Next.after(SECOND));
    log.queue().submit("a");
    log.queue().flush();
    assertEquals(COALESCED, log.queue().schedule("a", HOUR));
    expectRunExactlyAfter(log, SECOND);
    log.then(Next.after(HOUR));
    log.queue().submit("a");
    log.queue().flush();
    assertEquals(COALESCED, log.queue().schedule("a", SECOND));
    expectRunExactlyAfter(log, SECOND);
    log.advance(HOUR);
    assertEquals(4, log.runs().size(), "one run was pending");
  }

  @Conformance
  @Rule("W17")
  void theHandlersWishDoesNotPutOffWhatIsScheduled(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.timed(scene, KeyLog.spec());
    Gate gate = log.running("a", Next.after(HOUR));
    log.queue().schedule("a", SECOND);
    gate.open();
    log.queue().flush();
    expectRunExactlyAfter(log, SECOND);
    Gate again = log.running("a", Next.RETRY);
    log.queue().schedule("a", HOUR);
    again.open();
    log.queue().flush();
    expectRunExactlyAfter(log, KeyLog.FIRST);
    log.advance(HOUR);
    assertEquals(attempts(1, 1, 1, 2), log.runs());
  }

  @Conformance
  @Rule("W17")
  void cancellingAKeyThatWaitsForARetryForgetsItsBackOff(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.timed(scene, KeyLog.spec()).then(Next.RETRY);
    log.queue().submit("a");
    log.queue().flush();
    assertEquals(REMOVED, log.queue().cancel("a"));
    log.advance(HOUR);
    assertEquals(QUEUED, log.queue().submit("a"));
    log.queue().flush();
    assertEquals(attempts(1, 1), log.runs());
  }

  @Conformance
  @Rule("G1")
  void onlyAfterHasADelay(Scene scene) {
    assertThrows(
        IllegalArgumentException.class, () -> new Next(Next.Outcome.DONE, Duration.ofSeconds(1)));
    assertThrows(NullPointerException.class, () -> Next.after(Scene.nothing()));
    assertEquals(Next.DONE, new Next(Next.Outcome.DONE, Duration.ZERO));
    assertEquals(SECOND, Next.after(SECOND).delay());
  }

  // ---- The rate limit

  private static List<String> keys(long from, long to) {
    return LongStream.range(from, to).mapToObj(i -> "k" + i + "#1").toList();
  }

  @Conformance
  @Rule({"W17", "W4"})
  void aRateDelaysRunsInOrderAndDropsNone(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.timed(scene, KeyLog.spec().runsPerSecond(4).maxActive(2));
    for (int i = 0; i < 12; i++) {
      assertEquals(QUEUED, log.queue().submit("k" + i));
    }
    scene.eventually("a bucketful", () -> log.runs().size() == 4);
    for (int i = 4; i < 12; i++) {
      assertEquals(COALESCED, log.queue().submit("k" + i), "it waits in line");
      int runs = i;
      scene.probe().advance(Duration.ofMillis(250).minus(NANO));
      settle(scene, log);
      assertEquals(runs, log.runs().size(), "a nanosecond before the next token");
      scene.probe().advance(NANO);
      scene.eventually("token " + i, () -> log.runs().size() == runs + 1);
    }
    assertEquals(keys(4, 12), log.runs().subList(4, 12));
  }

  /** Whoever runs has ended, and nobody may begin. */
  private static void settle(Scene scene, KeyLog log) {
    scene.eventually(
        "nothing runs",
        () ->
            scene.quern().inspect().families().stream()
                .filter(family -> family.name().equals(log.queue().name()))
                .allMatch(family -> family.running().isEmpty()));
  }

  @Conformance
  @Rule("W17")
  void tokensAreSavedUpForASecondAndNoMore(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.timed(scene, KeyLog.spec().runsPerSecond(3.5).maxActive(1));
    log.queue().submit("first");
    log.queue().flush();
    log.advance(HOUR);
    for (int i = 0; i < 5; i++) {
      log.queue().submit("k" + i);
    }
    scene.eventually(() -> log.runs().size() >= 4);
    settle(scene, log);
    assertEquals(4, log.runs().size(), "the first, and three after an hour");
    log.advance(SECOND);
    assertEquals(6, log.runs().size());
  }

  @Conformance
  @Rule("W17")
  void aSlowRateLetsOneRunBeginAtATime(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.timed(scene, KeyLog.spec().runsPerSecond(0.5).maxActive(4));
    for (int i = 0; i < 3; i++) {
      log.queue().submit("k" + i);
    }
    scene.eventually(() -> log.runs().size() == 1);
    expectOneMore(scene, log);
    expectOneMore(scene, log);
    assertEquals(keys(0, 3), log.runs());
  }

  private static void expectOneMore(Scene scene, KeyLog log) {
    int before = log.runs().size();
    scene.probe().advance(Duration.ofSeconds(2).minus(NANO));
    settle(scene, log);
    assertEquals(before, log.runs().size());
    scene.probe().advance(NANO);
    scene.eventually(() -> log.runs().size() == before + 1);
  }

  @Conformance
  @Rule("W17")
  void aRateHoldsNoThreadAndTakesNoTokenForWhatIsCancelled(Scene scene)
      throws InterruptedException {
    KeyLog log = KeyLog.timed(scene, KeyLog.spec().runsPerSecond(1).maxActive(1));
    log.queue().submit("k0");
    scene.eventually(() -> log.runs().size() == 1);
    for (int i = 1; i < 1000; i++) {
      log.queue().submit("k" + i);
    }
    settle(scene, log);
    for (int i = 1; i < 999; i++) {
      assertEquals(REMOVED, log.queue().cancel("k" + i));
    }
    log.advance(SECOND);
    assertEquals(List.of("k0#1", "k999#1"), log.runs());
    assertTrue(log.queue().flush(Duration.ZERO));
  }

  /** The real clock, and more lanes than tokens: whatever races, everything runs in the end. */
  @Conformance
  @Rule("W17")
  void everythingRunsInTheEnd(Scene scene) throws InterruptedException {
    int keys = scene.times(400);
    KeyLog log = KeyLog.of(scene, KeyLog.spec().runsPerSecond(10_000).maxActive(3));
    for (int round = 0; round < 3; round++) {
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 2; t++) {
        String name = round + "-" + t + "-";
        threads.add(
            scene.thread(
                () -> {
                  for (int i = 0; i < keys; i++) {
                    log.queue().submit(name + i);
                    if (i % 3 == 0) {
                      log.queue().cancel(name + i);
                    }
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertTrue(log.queue().flush(Scene.LIMIT), "not everything ran: " + log.queue());
    }
  }
}

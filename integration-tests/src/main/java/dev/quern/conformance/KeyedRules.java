// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.Submission.COALESCED;
import static dev.quern.Submission.QUEUED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Failure;
import dev.quern.Family;
import dev.quern.KeyHandler;
import dev.quern.KeyedWorkQueue;
import dev.quern.KeyedWorkQueueSpec;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.Next;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Keys and their runs: W17 but for its times and its waits. */
public class KeyedRules {
  /** For JUnit. */
  public KeyedRules() {}

  @Conformance
  @Rule("W17")
  void aPendingKeyCoalescesAndARunningOneRunsOnceMore(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.of(scene, KeyLog.spec().maxActive(1));
    Gate first = log.held();
    assertEquals(QUEUED, log.queue().submit("a"));
    first.awaitReached();
    assertEquals(QUEUED, log.queue().submit("a"));
    assertEquals(COALESCED, log.queue().submit("a"));
    assertEquals(QUEUED, log.queue().submit("b"));
    assertEquals(COALESCED, log.queue().submit("b"));
    first.open();
    log.queue().flush();
    assertEquals(
        Map.of("a#1", 2L, "b#1", 1L),
        log.runs().stream().collect(Collectors.groupingBy(run -> run, Collectors.counting())));
    assertEquals(QUEUED, log.queue().submit("a"));
  }

  @Conformance
  @Rule({"W17", "W3"})
  void aKeyNeverRunsBesideItself(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.of(scene, KeyLog.spec().maxActive(4));
    Gate first = log.running("a");
    Gate second = log.held();
    log.queue().submit("a");
    log.then(run -> Next.DONE);
    log.queue().submit("b"); // there is a lane for it: it takes what the second run was told
    second.awaitReached();
    assertEquals(List.of("a#1", "b#1"), log.runs(), "a ran beside itself");
    first.open();
    second.open();
    log.queue().flush();
    assertEquals(List.of("a#1", "b#1", "a#1"), log.runs());
  }

  @Conformance
  @Rule("W17")
  void keysAreEqualByEquals(Scene scene) throws InterruptedException {
    record Resource(String namespace, String name) {}
    Blocked blocked = new Blocked();
    List<Resource> seen = new ArrayList<>();
    KeyHandler<Resource> handler =
        run -> {
          seen.add(run.key());
          blocked.run();
          return Next.DONE;
        };
    KeyedWorkQueue<Resource> queue =
        scene.quern().newKeyedWorkQueue(KeyedWorkQueueSpec.named("records").maxActive(1), handler);
    queue.submit(new Resource("a", "b"));
    blocked.awaitEntered(scene);
    assertEquals(QUEUED, queue.submit(new Resource("x", "y")));
    assertEquals(COALESCED, queue.submit(new Resource("x", "y")));
    blocked.release();
    queue.flush();
    assertEquals(List.of(new Resource("a", "b"), new Resource("x", "y")), seen);
  }

  @Conformance
  @Rule("W17")
  void differentKeysRunAtOnceUpToMaxActive(Scene scene) throws Exception {
    int maxActive = 3;
    CyclicBarrier meeting = new CyclicBarrier(maxActive);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    KeyHandler<Integer> handler =
        run -> {
          most.accumulateAndGet(inside.incrementAndGet(), Math::max);
          meeting.await(20, TimeUnit.SECONDS);
          inside.decrementAndGet();
          return Next.DONE;
        };
    KeyedWorkQueue<Integer> queue =
        scene
            .quern()
            .newKeyedWorkQueue(KeyedWorkQueueSpec.named("keyed").maxActive(maxActive), handler);
    for (int key = 0; key < 10 * maxActive; key++) {
      queue.submit(key);
    }
    queue.flush();
    assertEquals(maxActive, most.get());
  }

  @Conformance
  @Rule("W17")
  void keysRunInTheOrderInWhichTheyWereQueued(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.of(scene, KeyLog.spec().maxActive(1));
    Gate gate = log.running("first");
    List<String> keys = IntStream.range(0, 100).mapToObj(i -> "k" + i).toList();
    keys.forEach(log.queue()::submit);
    gate.open();
    log.queue().flush();
    assertEquals(
        keys.stream().map(key -> key + "#1").toList(), log.runs().subList(1, log.runs().size()));
  }

  @Conformance
  @Rule({"W17", "G14"})
  void oneLiveQueueBearsAName(Scene scene) {
    Quern quern = scene.quern();
    quern.newWorkQueue("same"); // of another kind
    KeyLog log = KeyLog.of(scene, KeyedWorkQueueSpec.named("same"));
    MisuseException misuse =
        assertThrows(
            MisuseException.class, () -> KeyLog.of(scene, KeyedWorkQueueSpec.named("same")));
    assertTrue(misuse.getMessage().contains("same"), misuse.getMessage());
    log.queue().close();
    assertEquals(QUEUED, KeyLog.of(scene, KeyedWorkQueueSpec.named("same")).queue().submit("a"));
  }

  @Conformance
  @Rule({"W17", "R8", "G7"})
  void inspectShowsKeysAndTotals(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.of(scene, KeyLog.spec().maxActive(1));
    Gate gate = log.running("runs", Next.after(Duration.ofHours(1)));
    log.queue().submit("waits");
    log.queue().submit("waits");
    log.queue().schedule("delayed", Duration.ofHours(1));
    Family family = family(scene);
    assertEquals(List.of("runs"), family.running().stream().map(Family.Running::item).toList());
    assertTrue(family.running().get(0).thread().startsWith("keyed"));
    assertEquals(2, family.pending());
    assertEquals(
        List.of(3L, 1L, 0L, 0L),
        List.of(family.accepted(), family.coalesced(), family.refused(), family.completed()));
    log.then(
        run -> {
          throw new IllegalStateException("on purpose");
        });
    assertTrue(scene.failures().isEmpty());
    gate.open();
    log.queue().flush();
    family = family(scene);
    assertEquals(3, family.pending(), "delayed, after a delay, for a retry");
    assertEquals(List.of(2L, 1L), List.of(family.completed(), family.failed()));
    assertTrue(log.queue().toString().contains("keyed"), log.queue()::toString);
    List.of("runs", "waits", "delayed").forEach(log.queue()::cancel);
    assertEquals(0, family(scene).pending());
    assertEquals(Kind.KEYED_WORK_QUEUE, Kind.valueOf("KEYED_WORK_QUEUE"));
    assertEquals("keyed-work-queue", family.kind().key());
  }

  private static Family family(Scene scene) {
    return scene.quern().inspect().family(Kind.KEYED_WORK_QUEUE, "keyed").orElseThrow();
  }

  @Conformance
  @Rule({"W17", "R3"})
  void settingsTuneIt(Scene scene) throws InterruptedException {
    scene.probe().manualClock();
    Quern quern =
        scene.open(
            OpenOptions.NONE
                .set("quern.keyed-work-queue.keyed.first-retry", "2s")
                .set("quern.keyed-work-queue.*.max-retries", "7")
                .set("quern.keyed-work-queue.keyed.max-retries", "1")
                .set("quern.keyed-work-queue.keyed.max-retry-delay", "3s")
                .set("quern.keyed-work-queue.keyed.max-active", "1")
                .set("quern.keyed-work-queue.keyed.runs-per-second", "0.5"));
    AtomicInteger runs = new AtomicInteger();
    KeyedWorkQueue<String> queue =
        quern.newKeyedWorkQueue(
            KeyLog.spec().maxRetries(9),
            run -> {
              runs.incrementAndGet();
              return Next.RETRY;
            });
    queue.submit("a");
    queue.flush();
    scene.probe().advance(Duration.ofMillis(1999));
    queue.flush();
    assertEquals(1, runs.get());
    scene.probe().advance(Duration.ofMillis(1));
    queue.flush();
    assertEquals(2, runs.get());
    Failure failure = scene.failures().get(0);
    assertInstanceOf(dev.quern.GivenUpException.class, failure.cause());
    Set<String> sources =
        quern.inspect().settings().stream()
            .filter(setting -> setting.key().startsWith("quern.keyed-work-queue.keyed."))
            .map(setting -> setting.key().replaceAll(".*\\.", "") + "=" + setting.value())
            .collect(Collectors.toSet());
    assertTrue(
        sources.containsAll(
            Set.of("max-active=1", "first-retry=2s", "max-retries=1", "runs-per-second=0.5")),
        sources::toString);
  }

  @Conformance
  @Rule({"W17", "G5"})
  void aThrowNamesTheKeyAndCostsNoOtherItsTurn(Scene scene) throws InterruptedException {
    KeyLog log = KeyLog.of(scene, KeyLog.spec().maxActive(1));
    IllegalStateException thrown = new IllegalStateException("on purpose");
    Gate gate = log.running("first");
    log.then(
        run -> {
          Thread.currentThread().interrupt();
          throw thrown;
        });
    log.queue().submit("bad");
    log.then(run -> Thread.currentThread().isInterrupted() ? Next.RETRY : Next.DONE);
    log.queue().submit("good");
    log.then(run -> Scene.nothing());
    log.queue().submit("null");
    gate.open();
    log.queue().flush();
    assertEquals(List.of("first#1", "bad#1", "good#1", "null#1"), log.runs());
    assertEquals(2, scene.failures().size());
    Failure failure = scene.failures().get(0);
    assertEquals(
        List.of(Kind.KEYED_WORK_QUEUE, "keyed", "bad"),
        List.of(failure.kind(), failure.primitive(), failure.item().orElseThrow()));
    assertSame(thrown, failure.cause());
    assertInstanceOf(NullPointerException.class, scene.failures().get(1).cause());
    assertFalse(log.queue().isClosed());
  }

  /** Keys whose text fails are still served, and named in some way. */
  @Conformance
  @Rule({"W17", "G5"})
  void aKeyWhoseTextFailsIsServed(Scene scene) throws InterruptedException {
    final class Mute {
      @Override
      public String toString() {
        throw new UnsupportedOperationException("on purpose");
      }
    }

    KeyedWorkQueue<Mute> queue =
        scene
            .quern()
            .newKeyedWorkQueue(
                KeyLog.spec(),
                run -> {
                  throw new IllegalStateException("on purpose");
                });
    queue.submit(new Mute());
    queue.flush();
    assertTrue(scene.failures().get(0).item().orElseThrow().contains("Mute"));
  }

  /** Many submitters, few keys: each key's last submission is seen by a run of that key. */
  @Conformance
  @Rule({"W17", "G2", "G3"})
  void noSubmissionIsLostAndNoKeyOverlaps(Scene scene) throws InterruptedException {
    int keys = 3;
    int rounds = scene.times(20_000);
    AtomicLong[] wanted = new AtomicLong[keys];
    long[] seen = new long[keys]; // plain: one run of a key happens-before its next
    boolean[] inside = new boolean[keys];
    Set<Integer> overlapped = ConcurrentHashMap.newKeySet();
    for (int key = 0; key < keys; key++) {
      wanted[key] = new AtomicLong();
    }
    KeyHandler<Integer> handler =
        run -> {
          int key = run.key();
          if (inside[key]) {
            overlapped.add(key);
          }
          inside[key] = true;
          seen[key] = wanted[key].get();
          inside[key] = false;
          return Next.DONE;
        };
    KeyedWorkQueue<Integer> queue =
        scene.quern().newKeyedWorkQueue(KeyedWorkQueueSpec.named("race").maxActive(3), handler);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 2; t++) {
      threads.add(
          scene.thread(
              () -> {
                for (int i = 0; i < rounds; i++) {
                  wanted[i % keys].incrementAndGet();
                  queue.submit(i % keys);
                  if (i % 64 == 0) {
                    Thread.yield(); // let keys become idle, too
                  }
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    queue.flush();
    assertEquals(Set.of(), overlapped, "keys that ran beside themselves");
    for (int key = 0; key < keys; key++) {
      assertEquals(wanted[key].get(), seen[key], "what the last run of key " + key + " saw");
    }
  }

  /** Submit, wait until it has run, submit: where the end of a run and a submission meet. */
  @Conformance
  @Rule("W17")
  void aSubmissionThatMeetsTheEndOfARunIsServed(Scene scene) throws InterruptedException {
    AtomicLong runs = new AtomicLong();
    KeyedWorkQueue<String> queue =
        scene
            .quern()
            .newKeyedWorkQueue(
                KeyedWorkQueueSpec.named("ends"),
                run -> {
                  runs.incrementAndGet();
                  return Next.DONE;
                });
    for (int i = 1; i <= scene.times(5_000); i++) {
      long before = i;
      assertEquals(QUEUED, queue.submit("key"), "the run before has begun");
      for (long begin = System.nanoTime(); runs.get() < before; Thread.yield()) {
        assertTrue(
            System.nanoTime() - begin < Scene.LIMIT.toNanos(), "submission " + i + " was lost");
      }
    }
  }

  /** What is left of the keys that went through it: nothing. */
  @Conformance
  @Rule({"W17", "G9"})
  void keysThatAreIdleAreForgotten(Scene scene) throws InterruptedException {
    KeyedWorkQueue<byte[]> queue =
        scene
            .quern()
            .newKeyedWorkQueue(
                KeyedWorkQueueSpec.named("memory").maxRetries(1),
                run -> run.attempt() == 1 && run.key().length % 2 == 1 ? Next.RETRY : Next.DONE);
    int kilobytes = scene.times(64) * 1024;
    long room = Runtime.getRuntime().maxMemory() / 1024;
    int many = (int) Math.min(kilobytes, room / 8);
    System.gc();
    long before = used();
    for (int i = 0; i < many; i++) {
      byte[] key = new byte[1024 + i % 2];
      queue.submit(key);
      if (i % 7 == 0) {
        queue.cancel(key);
      }
      if (i % 1024 == 0) {
        queue.flush();
      }
    }
    scene.eventually(
        "retries have run",
        () ->
            scene.quern().inspect().families().stream().allMatch(family -> family.pending() == 0));
    queue.flush();
    scene.eventually(
        many + " keys of a kilobyte are forgotten",
        () -> {
          System.gc();
          return used() - before < many * 1024L / 4;
        });
  }

  private static long used() {
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}

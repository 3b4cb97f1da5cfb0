// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.Submission.COALESCED;
import static dev.quern.Submission.QUEUED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Submissions and the runs that serve them: W2, W3, W11, G2 and G5 for items. */
public class WorkRunRules {
  /** For JUnit. */
  public WorkRunRules() {}

  private static WorkQueue wide(Scene scene) {
    return scene.quern().newWorkQueue(WorkQueueSpec.named("wide").maxActive(4));
  }

  @Conformance
  @Rule({"W2", "W3"})
  void anItemSubmittedWhileItRunsRunsOnceMoreAndNotBesideItself(Scene scene)
      throws InterruptedException {
    WorkQueue queue = wide(scene);
    HeldWork item = HeldWork.running(queue, "item");
    assertEquals(QUEUED, item.submit());
    assertEquals(COALESCED, item.submit());
    // Three workers are free: another item passes, this one must not.
    HeldWork other = HeldWork.running(queue, "other");
    other.letAllGo();
    other.work().flush();
    assertEquals(1, item.runs(), "a second run began beside the first");
    assertTrue(item.work().isPending());
    item.letGo();
    item.awaitRun();
    assertFalse(item.work().isPending(), "its second run has begun");
    item.letAllGo();
    queue.flush();
    assertEquals(2, item.runs());
  }

  @Conformance
  @Rule("W2")
  void aSubmissionFromTheBodyItselfIsOneMoreRun(Scene scene) throws InterruptedException {
    AtomicInteger runs = new AtomicInteger();
    List<Submission> answers = new ArrayList<>();
    WorkQueue queue = wide(scene);
    Work item =
        queue.newWork(
            "item",
            self -> {
              if (runs.incrementAndGet() == 1) {
                answers.add(self.submit());
                answers.add(self.submit());
              }
            });
    item.submit();
    queue.drain();
    assertEquals(List.of(QUEUED, COALESCED), answers);
    assertEquals(2, runs.get());
  }

  @Conformance
  @Rule({"W2", "W4"})
  void aDelayedItemKeepsItsDeadlineWhateverCoalesces(Scene scene) throws InterruptedException {
    scene.probe().manualClock();
    WorkQueue queue = scene.quern().newWorkQueue("work");
    AtomicInteger runs = new AtomicInteger();
    Work item = queue.newWork("item", runs::incrementAndGet);
    assertEquals(QUEUED, item.schedule(Duration.ofSeconds(10)));
    assertEquals(COALESCED, item.submit());
    assertEquals(COALESCED, item.schedule(Duration.ofSeconds(5)));
    assertEquals(COALESCED, item.schedule(Duration.ZERO));
    assertEquals(COALESCED, item.schedule(Duration.ofSeconds(20)));
    assertEquals(COALESCED, item.scheduleAt(scene.probe().nanoTime()));
    scene.probe().advance(Duration.ofSeconds(10).minusNanos(1));
    queue.flush();
    assertEquals(0, runs.get(), "a coalesced submission hurried it");
    assertTrue(item.isPending());
    scene.probe().advance(Duration.ofNanos(1));
    queue.flush();
    assertEquals(1, runs.get(), "at its first deadline");
    scene.probe().advance(Duration.ofSeconds(60));
    queue.flush();
    assertEquals(1, runs.get(), "a coalesced submission left a timer of its own");
  }

  /** Every QUEUED answer is one run; a plain counter and a flag tell if two runs ever overlap. */
  @Conformance
  @Rule({"W2", "W3", "G3"})
  void itemsUnderFireNeverOverlapThemselvesAndLoseNoRun(Scene scene) throws InterruptedException {
    WorkQueue queue = wide(scene);
    List<CountedItem> items = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      items.add(new CountedItem(queue, "item-" + i));
    }
    int rounds = scene.times(2_000);
    CountDownLatch done = new CountDownLatch(3);
    for (int t = 0; t < 3; t++) {
      int first = t;
      scene.thread(
          () -> {
            for (int i = 0; i < rounds; i++) {
              items.get((first + i) % items.size()).submit();
            }
            done.countDown();
          });
    }
    done.await();
    queue.flush();
    for (CountedItem item : items) {
      assertFalse(item.overlapped.get(), item.work.name() + " ran beside itself");
      assertEquals(item.queued.get(), item.runs, item.work.name() + ": runs for QUEUED answers");
    }
  }

  private static final class CountedItem {
    private final Work work;
    private final AtomicLong queued = new AtomicLong();
    private final AtomicBoolean inside = new AtomicBoolean();
    private final AtomicBoolean overlapped = new AtomicBoolean();
    private long runs; // plain on purpose: one run happens-before the next

    CountedItem(WorkQueue queue, String name) {
      work = queue.newWork(name, this::body);
    }

    private void body() {
      if (!inside.compareAndSet(false, true)) {
        overlapped.set(true);
      }
      long before = runs;
      if ((before & 63) == 0) {
        Thread.yield();
      }
      runs = before + 1;
      inside.set(false);
    }

    void submit() {
      if (work.submit() == QUEUED) {
        queued.incrementAndGet();
      }
    }
  }

  /**
   * The race that a plain look at the pending flag loses: the writes before a COALESCED submission
   * must be seen by the run that it coalesced into. The second submission of a round is aimed at
   * the instant when the run begins.
   */
  @Conformance
  @Rule({"G2", "W2"})
  void writesBeforeACoalescedSubmissionAreSeenByItsRun(Scene scene) throws InterruptedException {
    Letters letters = new Letters();
    Work item = wide(scene).newWork("item", letters::read);
    int coalesced = 0;
    int pause = 0;
    for (int i = 1; i <= scene.times(2_000); i++) {
      item.submit();
      for (int spin = scene.random().nextInt(8) + pause; spin > 0; spin--) {
        Thread.onSpinWait();
      }
      letters.write(i);
      if (item.submit() == COALESCED) {
        coalesced++;
        pause += 4;
      } else {
        pause = Math.max(0, pause - 4);
      }
      Spin.until("the runs end", () -> !item.isBusy());
      assertEquals(i, letters.seen, "the run did not see what was written before its submission");
    }
    assertTrue(coalesced > 0, "nothing coalesced, nothing was tried");
  }

  /**
   * Plain writes to many cache lines that the reader has just read: a processor takes microseconds
   * to publish them, unless the submission makes it.
   */
  private static final class Letters {
    private static final int COUNT = 48;
    private static final int LINE = 32;
    private final int[] lines = new int[COUNT * LINE]; // plain on purpose
    private int sum;
    private volatile int seen;

    void write(int letter) {
      for (int i = 0; i < COUNT; i++) {
        lines[i * LINE] = letter;
      }
    }

    /** Begins with what was written last. */
    void read() {
      int last = lines[(COUNT - 1) * LINE];
      for (int i = 0; i < COUNT; i++) {
        sum += lines[i * LINE];
      }
      seen = last;
    }
  }

  /** A message hops from item to item through plain fields, each hop a submission. */
  @Conformance
  @Rule({"G2", "G3"})
  void writesTravelAlongAChainOfItems(Scene scene) throws InterruptedException {
    WorkQueue queue = wide(scene);
    long[] cells = new long[4];
    Work third = queue.newWork("third", () -> cells[3] = cells[2] + 1);
    Work second =
        queue.newWork(
            "second",
            () -> {
              cells[2] = cells[1] + 1;
              third.submit();
            });
    Work first =
        queue.newWork(
            "first",
            () -> {
              cells[1] = cells[0] + 1;
              second.submit();
            });
    for (int i = 0; i < scene.times(300); i++) {
      cells[0] = i;
      first.submit();
      queue.drain();
      assertEquals(i + 3, cells[3]);
    }
  }

  @Conformance
  @Rule("W11")
  void currentWorkIsTheItemOfTheRunAndNothingElsewhere(Scene scene) throws InterruptedException {
    Quern quern = scene.quern();
    Quern other = scene.open(OpenOptions.NONE);
    List<Optional<Work>> seen = new ArrayList<>();
    WorkQueue queue = quern.newWorkQueue(WorkQueueSpec.ordered("work"));
    Work inner = queue.newWork("inner", () -> seen.add(quern.currentWork()));
    Work outer =
        queue.newWork(
            "outer",
            () -> {
              inner.submit();
              seen.add(quern.currentWork());
              seen.add(other.currentWork());
            });
    outer.submit();
    queue.drain();
    assertEquals(3, seen.size());
    assertSame(outer, seen.get(0).orElseThrow());
    assertTrue(seen.get(1).isEmpty(), "it is another runtime's item");
    assertSame(inner, seen.get(2).orElseThrow());
    assertTrue(quern.currentWork().isEmpty(), "no item runs on this thread");
  }

  @Conformance
  @Rule({"G5", "W3"})
  void aThrowIsReportedOnceAndCostsNoRun(Scene scene) throws InterruptedException {
    WorkQueue queue = scene.quern().newWorkQueue(WorkQueueSpec.ordered("work"));
    AtomicInteger runs = new AtomicInteger();
    Error thrown = new AssertionError("thrown by the test");
    Work bad =
        queue.newWork(
            "bad",
            () -> {
              throw thrown;
            });
    Work good = queue.newWork("good", runs::incrementAndGet);
    bad.submit();
    good.submit();
    queue.flush();
    assertEquals(1, runs.get());
    assertEquals(1, scene.failures().size());
    assertSame(thrown, scene.failures().get(0).cause());
    assertEquals("work", scene.failures().get(0).primitive());
    assertEquals(Optional.of("bad"), scene.failures().get(0).item());
    assertEquals(QUEUED, bad.submit(), "the item lives on");
    bad.flush();
    assertEquals(2, scene.failures().size());
  }

  @Conformance
  @Rule({"G5", "W3"})
  void anInterruptDoesNotLeakIntoTheNextRun(Scene scene) throws InterruptedException {
    WorkQueue queue = scene.quern().newWorkQueue(WorkQueueSpec.ordered("work"));
    List<Boolean> flags = new ArrayList<>();
    Work interrupting =
        queue.newWork(
            "interrupting",
            () -> {
              flags.add(Thread.currentThread().isInterrupted());
              Thread.currentThread().interrupt();
            });
    Work next = queue.newWork("next", () -> flags.add(Thread.currentThread().isInterrupted()));
    interrupting.submit();
    next.submit();
    interrupting.flush();
    interrupting.submit();
    queue.flush();
    assertEquals(List.of(false, false, false), flags);
  }
}

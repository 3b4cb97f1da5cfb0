// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.conformance.BatchLog.END;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ClosedException;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.MisuseException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.function.Executable;

/** close and closeNow (D6, D7, D11). */
public class DaemonQueueClosingRules {
  private static final Duration LONG = Duration.ofSeconds(60);

  @Conformance
  @Rule({"D6", "G3"})
  void closeReturnsAfterEveryItemWasHandledAndTheBatchEnded(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          Gate gate = log.gateAt(1);
          DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.unbounded(), log);
          List<Integer> items = IntStream.rangeClosed(1, 50).boxed().toList();
          assertTrue(queue.offerAll(items));
          gate.awaitReached();
          Async<?> close = Waiter.start(scene, () -> queue.close());
          assertTrue(queue.isClosed());
          gate.open();
          close.result();
          assertEquals(items, log.items());
          assertEquals(END, log.events().get(log.events().size() - 1));
          assertEquals(0, queue.size());
        });
  }

  @Conformance
  @Rule({"D6", "G11"})
  void fromTheStartOfCloseEveryAppendThrowsAndTheHandlerNeverRunsAgain(Scene scene)
      throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          Gate gate = log.gateAt(1);
          DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.bounded(9), log);
          queue.add(1);
          gate.awaitReached();
          Async<?> close = Waiter.start(scene, () -> queue.close());
          QueueClosingRules.appends(queue, 7)
              .forEach((name, call) -> assertThrows(ClosedException.class, call, name));
          gate.open();
          close.result();
          QueueClosingRules.appends(queue, 8)
              .forEach(
                  (name, call) -> {
                    ClosedException closed = assertThrows(ClosedException.class, call, name);
                    assertTrue(closed.getMessage().contains(kind.title()), closed.getMessage());
                  });
          assertEquals(List.of(1, END), log.events());
        });
  }

  @Conformance
  @Rule("D6")
  void whenCloseReturnsTheThreadHasEnded(Scene scene) throws Exception {
    for (boolean now : new boolean[] {false, true}) {
      for (DaemonKind kind : List.of(DaemonKind.THREAD, DaemonKind.POOL)) {
        BatchLog log = new BatchLog();
        DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.unbounded(), log);
        queue.add(1);
        queue.flush();
        assertTrue(kind == DaemonKind.POOL || log.drainer().isAlive());
        if (now) {
          queue.closeNow();
        } else {
          queue.close();
        }
        if (kind == DaemonKind.POOL) {
          scene.eventually("the pool had no other user", () -> !log.drainer().isAlive());
        } else {
          assertFalse(log.drainer().isAlive());
        }
      }
    }
  }

  @Conformance
  @Rule({"D6", "G19"})
  void eachOfSeveralClosersWaitsForTheEnd(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          Gate gate = log.gateAt(END);
          DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.unbounded(), log);
          queue.add(1);
          gate.awaitReached();
          Async<?> first = Waiter.start(scene, () -> queue.close());
          Async<?> second = Waiter.start(scene, () -> queue.close());
          Async<List<String>> third = Waiter.start(scene, () -> queue.close(LONG));
          assertFalse(first.isDone() || second.isDone() || third.isDone());
          gate.open();
          first.result();
          second.result();
          assertEquals(List.of(), third.result());
          queue.close();
          assertEquals(List.of(), queue.close(Duration.ZERO));
        });
  }

  @Conformance
  @Rule({"D6", "G4"})
  void aCloseThatRunsOutOfTimeNamesTheQueueAndStaysInEffect(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          Gate gate = log.gateAt(1);
          DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.unbounded(), log);
          queue.offerAll(List.of(1, 2));
          gate.awaitReached();
          assertEquals(List.of(kind.title()), queue.close(Waiter.GLANCE));
          assertEquals(List.of(kind.title()), queue.close(Duration.ZERO));
          assertTrue(queue.isClosed());
          assertThrows(ClosedException.class, () -> queue.offer(3));
          gate.open();
          assertEquals(List.of(), queue.close(LONG));
          assertEquals(List.of(1, 2), log.items());
        });
  }

  @Conformance
  @Rule({"D6", "D11", "G4"})
  void closeAndCloseNowFinishDespiteAnInterruptAndKeepTheFlag(Scene scene) throws Exception {
    for (boolean now : new boolean[] {false, true}) {
      DaemonKind.each(
          kind -> {
            BatchLog log = new BatchLog();
            Gate gate = log.gateAt(1);
            DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.unbounded(), log);
            queue.add(1);
            gate.awaitReached();
            Async<Boolean> close =
                Waiter.start(
                    scene,
                    () -> {
                      if (now) {
                        queue.closeNow();
                      } else {
                        queue.close();
                      }
                      return Thread.interrupted();
                    });
            close.interrupt();
            close.awaitWaiting(); // again, or still
            gate.open();
            assertTrue(close.result(), "the flag is restored");
            assertEquals(List.of(1, END), log.events());
          });
    }
  }

  @Conformance
  @Rule("G4")
  void aTimedCloseThatIsInterruptedAtOnceStillFreesNameAndTarget(Scene scene) throws Exception {
    DaemonQueue<Integer> target =
        scene.quern().newDaemonQueue(DaemonQueueSpec.unbounded("root"), new BatchLog());
    DaemonQueue<Integer> child =
        target.newChild(DaemonQueueSpec.unbounded("child"), new BatchLog());
    DaemonQueueSpec pooled = DaemonQueueSpec.unbounded("pooled").pool("p");
    for (DaemonQueue<Integer> queue :
        List.of(child, scene.quern().<Integer>newDaemonQueue(pooled, new BatchLog()))) {
      Thread.currentThread().interrupt();
      try {
        queue.close(LONG); // whether a close that need not wait looks at the flag is left open
      } catch (InterruptedException early) {
        assertTrue(queue.isClosed());
      }
      Thread.interrupted();
    }
    scene.quern().newDaemonQueue(pooled, new BatchLog()).close();
    target.close();
  }

  @Conformance
  @Rule("D7")
  void closingTheTargetOfLiveQueuesIsMisuseThatNamesThem(Scene scene) throws Exception {
    BatchLog log = new BatchLog();
    DaemonQueue<Integer> target =
        scene.quern().newDaemonQueue(DaemonQueueSpec.unbounded("root"), log);
    DaemonQueue<Integer> left = target.newChild(DaemonQueueSpec.unbounded("left"), log);
    DaemonQueue<Integer> right = target.newChild(DaemonQueueSpec.unbounded("right"), log);
    closingIsMisuse(target, "left", "right");
    left.close();
    closingIsMisuse(target, "right");
    right.add(1);
    right.flush(); // still served by the target that could not be closed
    right.close();
    target.add(2);
    target.close();
    assertEquals(List.of(1, END, 2, END), log.events());
  }

  private static void closingIsMisuse(DaemonQueue<Integer> target, String... living) {
    for (Executable close :
        List.<Executable>of(target::close, () -> target.close(LONG), target::closeNow)) {
      MisuseException misuse = assertThrows(MisuseException.class, close);
      assertTrue(misuse.getMessage().contains(target.name()), misuse.getMessage());
      for (String child : living) {
        assertTrue(misuse.getMessage().contains(child), misuse.getMessage());
      }
      assertFalse(target.isClosed());
    }
  }

  @Conformance
  @Rule("D7")
  void closeActivatesAnInactiveQueueFirst(Scene scene) throws Exception {
    for (boolean timed : new boolean[] {false, true}) {
      DaemonKind.each(
          kind -> {
            BatchLog log = new BatchLog();
            DaemonQueue<Integer> queue =
                kind.make(scene.quern(), kind.unbounded().inactive(true), log);
            queue.offerAll(List.of(1, 2, 3));
            if (timed) {
              assertEquals(List.of(), queue.close(LONG));
            } else {
              queue.close();
            }
            assertEquals(List.of(1, 2, 3, END), log.events());
          });
    }
  }

  @Conformance
  @Rule({"D7", "D11", "D4"})
  void closeNowCutsShortACloseThatStillWaits(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          Gate gate = log.gateAt(1);
          DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.unbounded(), log);
          queue.offerAll(List.of(1, 2, 3, 4));
          gate.awaitReached();
          Async<?> close = Waiter.start(scene, () -> queue.close());
          Async<List<Integer>> closeNow = Waiter.start(scene, queue::closeNow);
          gate.open();
          assertEquals(List.of(2, 3, 4), closeNow.result());
          close.result();
          assertEquals(List.of(1, END), log.events());
        });
  }

  @Conformance
  @Rule({"D11", "D4"})
  void closeNowWaitsForTheCallInProgressAndReturnsTheRestInOrder(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          Gate first = log.gateAt(1);
          Gate second = log.gateAt(2);
          DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.unbounded(), log);
          queue.offerAll(List.of(1, 2, 3));
          first.awaitReached();
          queue.offerAll(List.of(4, 5));
          first.open();
          second.awaitReached();
          Async<List<Integer>> closeNow = Waiter.start(scene, queue::closeNow);
          assertThrows(ClosedException.class, () -> queue.offer(6));
          second.open();
          assertEquals(List.of(3, 4, 5), closeNow.result());
          assertEquals(List.of(1, 2, END), log.events());
          assertEquals(0, queue.size());
        });
  }

  @Conformance
  @Rule({"D11", "D4"})
  void closeNowWhileABatchEndsRunsNoSecondEnd(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          Gate gate = log.gateAt(END);
          DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.unbounded().maxBatch(1), log);
          queue.offerAll(List.of(1, 2, 3));
          gate.awaitReached();
          Async<List<Integer>> closeNow = Waiter.start(scene, queue::closeNow);
          gate.open();
          assertEquals(List.of(2, 3), closeNow.result());
          assertEquals(List.of(1, END), log.events());
        });
  }

  @Conformance
  @Rule("D11")
  void closeNowOfAnInactiveQueueReturnsAllAndRunsNothing(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> queue =
              kind.make(scene.quern(), kind.unbounded().inactive(true), log);
          queue.offerAll(List.of(1, 2, 3));
          assertEquals(List.of(1, 2, 3), queue.closeNow());
          assertEquals(List.of(), log.events());
          assertThrows(ClosedException.class, () -> queue.add(4));
        });
  }

  @Conformance
  @Rule({"D11", "D13"})
  void closeNowOfAPausedQueueReturnsAllAndRunsNothing(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          BatchLog log = new BatchLog();
          DaemonQueue<Integer> queue = kind.make(scene.quern(), kind.unbounded(), log);
          queue.add(0);
          queue.flush();
          queue.pauseAndWait();
          queue.offerAll(List.of(1, 2, 3));
          assertEquals(List.of(1, 2, 3), queue.closeNow());
          assertEquals(List.of(0, END), log.events());
        });
  }

  @Conformance
  @Rule({"D11", "G19"})
  void whatIsClosedHasNothingMoreToReturn(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          DaemonQueue<Integer> queue =
              kind.make(scene.quern(), kind.unbounded().inactive(true), new BatchLog());
          queue.add(1);
          assertEquals(List.of(1), queue.closeNow());
          assertEquals(List.of(), queue.closeNow());
          queue.close();
          DaemonQueue<Integer> other =
              kind.make(
                  scene.quern(), DaemonQueueSpec.unbounded(kind.title() + "2"), new BatchLog());
          other.add(1);
          other.close();
          assertEquals(List.of(), other.closeNow());
        });
  }

  @Conformance
  @Rule({"D6", "D11", "G6"})
  void closingAQueueFromInsideItselfIsMisuseAndChangesNothing(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          AtomicReference<DaemonQueue<Integer>> itself = new AtomicReference<>();
          BatchLog log = new BatchLog();
          for (int when : new int[] {1, END}) {
            log.at(
                when,
                () -> {
                  DaemonQueue<Integer> queue = itself.get();
                  assertThrows(MisuseException.class, queue::close);
                  assertThrows(MisuseException.class, () -> queue.close(Duration.ZERO));
                  assertThrows(MisuseException.class, queue::closeNow);
                  assertFalse(queue.isClosed());
                });
          }
          itself.set(kind.make(scene.quern(), kind.unbounded(), log));
          itself.get().add(1);
          itself.get().flush();
          itself.get().add(2);
          itself.get().flush();
          assertEquals(List.of(1, END, 2, END), log.events());
        });
  }
}

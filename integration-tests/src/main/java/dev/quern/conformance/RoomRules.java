// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.Body;
import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.Job;
import dev.quern.MisuseException;
import dev.quern.PoolView;
import dev.quern.PoolViewSpec;
import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.ThreadPoolSpec;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;

/** The capacity of a view and of a work queue, and waiting for room (P17, W25). */
public class RoomRules {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration FAR = Duration.ofHours(1);

  /** For JUnit. */
  public RoomRules() {}

  /** What is the same for a job and for an item. */
  private interface Item {
    Submission submit();

    Submission submit(Duration limit) throws InterruptedException;

    Cancellation cancel();
  }

  /** What is the same for a view and for a queue. */
  private record Bounded(
      BiFunction<String, Body<Item>, Item> maker, Waiter.Call flush, Waiter.Call close) {
    Item item(String name, Action body) {
      return maker.apply(name, self -> body.run());
    }

    Gate held(String name) throws Exception {
      Gate gate = new Gate();
      assertEquals(Submission.QUEUED, item(name, gate::pass).submit());
      gate.awaitReached();
      return gate;
    }
  }

  private interface Test {
    void on(Bounded bounded) throws Exception;
  }

  private static Bounded of(PoolView view) {
    return new Bounded(
        (name, body) -> {
          Item[] item = new Item[1];
          item[0] = item(view.newJob(name, () -> body.run(item[0])));
          return item[0];
        },
        view::flush,
        view::close);
  }

  private static Bounded of(WorkQueue queue) {
    return new Bounded(
        (name, body) -> {
          Item[] item = new Item[1];
          item[0] = item(queue.newWork(name, () -> body.run(item[0])));
          return item[0];
        },
        queue::flush,
        queue::close);
  }

  private static Item item(Job job) {
    return new Item() {
      @Override
      public Submission submit() {
        return job.submit();
      }

      @Override
      public Submission submit(Duration limit) throws InterruptedException {
        return job.submit(limit);
      }

      @Override
      public Cancellation cancel() {
        return job.cancel();
      }
    };
  }

  private static Item item(Work work) {
    return new Item() {
      @Override
      public Submission submit() {
        return work.submit();
      }

      @Override
      public Submission submit(Duration limit) throws InterruptedException {
        return work.submit(limit);
      }

      @Override
      public Cancellation cancel() {
        return work.cancel();
      }
    };
  }

  /** On a view, on a queue with workers of its own, on one in a pool. */
  private static void each(Scene scene, int maxActive, int capacity, Test test) throws Exception {
    Quern quern = scene.quern();
    test.on(
        of(
            quern
                .threadPool("pool")
                .newView(PoolViewSpec.named("view").maxActive(maxActive).capacity(capacity))));
    WorkQueueSpec own = WorkQueueSpec.named("own").maxActive(maxActive).capacity(capacity);
    test.on(of(quern.newWorkQueue(own)));
    WorkQueueSpec pooled = WorkQueueSpec.named("pooled").maxActive(maxActive).capacity(capacity);
    test.on(of(quern.newWorkQueue(pooled.pool("pool"))));
    if (maxActive == 1) {
      test.on(of(quern.newWorkQueue(WorkQueueSpec.ordered("ordered").capacity(capacity))));
    }
  }

  @Conformance
  @Rule({"P17", "W25"})
  void itTakesAsManyAsItsCapacityAndNoMore(Scene scene) throws Exception {
    each(
        scene,
        1,
        2,
        bounded -> {
          AtomicInteger ran = new AtomicInteger();
          Gate gate = bounded.held("gate");
          Item one = bounded.item("one", ran::incrementAndGet);
          Item two = bounded.item("two", ran::incrementAndGet);
          Item three = bounded.item("three", ran::incrementAndGet);
          assertEquals(Submission.QUEUED, one.submit());
          assertEquals(Submission.QUEUED, two.submit());
          assertEquals(Submission.REFUSED, three.submit());
          assertEquals(Submission.REFUSED, three.submit(Duration.ZERO));
          assertEquals(Submission.COALESCED, one.submit(), "what adds no run needs no room");
          assertEquals(Submission.COALESCED, two.submit(LONG));
          assertEquals(Cancellation.REMOVED, one.cancel());
          assertEquals(Submission.QUEUED, three.submit());
          assertEquals(Submission.REFUSED, one.submit());
          gate.open();
          bounded.flush.run();
          assertEquals(2, ran.get());
          assertEquals(Submission.QUEUED, one.submit());
          bounded.flush.run();
          assertEquals(3, ran.get());
        });
  }

  @Conformance
  @Rule({"P17", "W25"})
  void aRunThatFollowsOneInProgressIsNeverRefused(Scene scene) throws Exception {
    each(
        scene,
        1,
        1,
        bounded -> {
          Gate first = new Gate();
          AtomicInteger runs = new AtomicInteger();
          Item running =
              bounded.item(
                  "running",
                  () -> {
                    runs.incrementAndGet();
                    first.pass();
                  });
          running.submit();
          first.awaitReached();
          Item waiting = bounded.item("waiting", () -> {});
          assertEquals(Submission.QUEUED, waiting.submit());
          assertEquals(Submission.QUEUED, running.submit());
          assertEquals(Submission.COALESCED, running.submit());
          first.open();
          bounded.flush.run();
          assertEquals(2, runs.get());
          Gate again = bounded.held("again");
          assertEquals(Submission.QUEUED, waiting.submit(), "all that was taken is given back");
          assertEquals(Submission.REFUSED, running.submit());
          again.open();
        });
  }

  @Conformance
  @Rule({"P17", "W25"})
  void whoWaitsForRoomGetsIt(Scene scene) throws Exception {
    each(
        scene,
        1,
        1,
        bounded -> {
          AtomicInteger ran = new AtomicInteger();
          Gate gate = bounded.held("gate");
          Item first = bounded.item("first", ran::incrementAndGet);
          first.submit();
          Item second = bounded.item("second", ran::incrementAndGet);
          Item third = bounded.item("third", ran::incrementAndGet);
          Async<Submission> waits = Waiter.start(scene, () -> second.submit(LONG));
          assertEquals(Submission.REFUSED, third.submit(Waiter.GLANCE));
          assertEquals(Cancellation.REMOVED, first.cancel());
          assertEquals(Submission.QUEUED, waits.result());
          Async<Submission> waitsToo = Waiter.start(scene, () -> third.submit(LONG));
          gate.open(); // a run begins
          assertEquals(Submission.QUEUED, waitsToo.result());
          bounded.flush.run();
          assertEquals(2, ran.get());
        });
  }

  @Conformance
  @Rule({"P17", "W25", "G11"})
  void closeLetsThoseWhoWaitForRoomGo(Scene scene) throws Exception {
    each(
        scene,
        1,
        1,
        bounded -> {
          Gate gate = bounded.held("gate");
          bounded.item("first", () -> {}).submit();
          Item second = bounded.item("second", () -> {});
          Async<Submission> waits = Waiter.start(scene, () -> second.submit(LONG));
          Async<?> closes = Waiter.start(scene, bounded.close);
          assertInstanceOf(ClosedException.class, waits.thrown());
          gate.open();
          closes.result();
        });
  }

  @Conformance
  @Rule({"P17", "W25", "G6"})
  void whoCouldOnlyMakeTheRoomHimselfIsToldSo(Scene scene) throws Exception {
    each(
        scene,
        1,
        1,
        bounded -> {
          AtomicReference<Throwable> thrown = new AtomicReference<>();
          AtomicReference<Submission> look = new AtomicReference<>();
          Item waiting = bounded.item("waiting", () -> {});
          Item other = bounded.item("other", () -> {});
          Gate gate = new Gate();
          bounded
              .item(
                  "inside",
                  () -> {
                    gate.pass();
                    look.set(other.submit(Duration.ZERO));
                    thrown.set(assertThrows(Exception.class, () -> other.submit(LONG)));
                  })
              .submit();
          gate.awaitReached();
          assertEquals(Submission.QUEUED, waiting.submit(LONG));
          gate.open();
          bounded.flush.run();
          assertEquals(Submission.REFUSED, look.get());
          assertInstanceOf(MisuseException.class, thrown.get());
          assertEquals(Submission.QUEUED, other.submit(), "the misuse took nothing");
        });
  }

  @Conformance
  @Rule({"P17", "W25"})
  void insideOneOfSeveralRunsRoomMayBeWaitedFor(Scene scene) throws Exception {
    each(
        scene,
        2,
        1,
        bounded -> {
          Gate gate = bounded.held("gate");
          AtomicReference<Submission> answer = new AtomicReference<>();
          Item first = bounded.item("first", () -> {});
          Item late = bounded.item("late", () -> {});
          Gate inside = new Gate();
          bounded
              .item(
                  "inside",
                  () -> {
                    inside.pass();
                    answer.set(late.submit(LONG));
                  })
              .submit();
          inside.awaitReached();
          first.submit();
          inside.open();
          gate.open(); // its worker takes the first
          bounded.flush.run();
          scene.eventually(() -> answer.get() == Submission.QUEUED);
        });
  }

  /** Exact in both directions: never more, and as many as the capacity says. */
  @Conformance
  @Rule({"P17", "W25"})
  void underFireNoMoreWaitThanTheCapacity(Scene scene) throws Exception {
    int capacity = 3;
    each(
        scene,
        2,
        capacity,
        bounded -> {
          AtomicInteger waiting = new AtomicInteger(); // at least those that wait
          AtomicInteger queued = new AtomicInteger();
          AtomicInteger ran = new AtomicInteger();
          AtomicInteger most = new AtomicInteger();
          List<List<Item>> items = new ArrayList<>();
          for (int thread = 0; thread < 4; thread++) {
            items.add(new ArrayList<>());
            for (int i = 0; i < 4; i++) {
              items
                  .get(thread)
                  .add(
                      bounded.item(
                          "item " + thread + " " + i,
                          () -> {
                            waiting.decrementAndGet();
                            ran.incrementAndGet();
                          }));
            }
          }
          int rounds = scene.times(500);
          Crew.start(
                  scene,
                  4,
                  (id, random) -> {
                    for (int i = 0; i < rounds; i++) {
                      Item item = items.get(id).get(random.nextInt(4));
                      boolean waits = random.nextInt(4) == 0;
                      if ((waits ? item.submit(LONG) : item.submit()) == Submission.QUEUED) {
                        queued.incrementAndGet();
                        // Counted after the fact, so a run may be counted out before it is in.
                        most.accumulateAndGet(waiting.incrementAndGet(), Math::max);
                      }
                      Crew.pause(random);
                    }
                  })
              .join();
          bounded.flush.run();
          assertEquals(queued.get(), ran.get());
          // Beyond what waits: two runs begun and not counted out yet, and what follows a run.
          assertTrue(most.get() <= capacity + 2 + 2 + 3, () -> most + " waited");
          Gate one = bounded.held("one");
          Gate two = bounded.held("two");
          for (int i = 0; i < capacity; i++) {
            assertEquals(Submission.QUEUED, items.get(0).get(i).submit(), "room has leaked");
          }
          assertEquals(Submission.REFUSED, items.get(1).get(0).submit());
          one.open();
          two.open();
          bounded.flush.run();
        });
  }

  @Conformance
  @Rule({"P17", "W25"})
  void manyWhoWaitAreAllServed(Scene scene) throws Exception {
    each(
        scene,
        1,
        1,
        bounded -> {
          AtomicInteger ran = new AtomicInteger();
          int rounds = scene.times(200);
          Crew.start(
                  scene,
                  4,
                  (id, random) -> {
                    Item item = bounded.item("item " + id, ran::incrementAndGet);
                    for (int i = 0; i < rounds; i++) {
                      assertFalse(item.submit(LONG) == Submission.REFUSED);
                      Crew.pause(random);
                    }
                  })
              .join();
          bounded.flush.run();
          assertTrue(ran.get() > 0);
        });
  }

  @Conformance
  @Rule({"P17", "P5"})
  void anInterlockIsGivenUpWhileWaitingForRoom(Scene scene) throws Exception {
    PoolView view =
        scene
            .quern()
            .threadPool("pool")
            .newView(PoolViewSpec.named("view").maxActive(1).capacity(1));
    Gate gate = new Gate();
    view.newJob("gate", gate::pass).submit();
    gate.awaitReached();
    Job first = view.newJob("first", () -> {});
    first.submit();
    ReentrantLock interlock = new ReentrantLock();
    Job job = view.newJob("job", interlock, self -> {});
    assertThrows(MisuseException.class, () -> job.submit(LONG));
    Async<Submission> waits =
        Waiter.start(
            scene,
            () -> {
              interlock.lock();
              interlock.lock();
              try {
                Submission answer = job.submit(LONG);
                assertEquals(2, interlock.getHoldCount());
                return answer;
              } finally {
                interlock.unlock();
                interlock.unlock();
              }
            });
    interlock.lock(); // it is free
    interlock.unlock();
    assertEquals(Cancellation.REMOVED, first.cancel());
    assertEquals(Submission.QUEUED, waits.result());
    gate.open();
    view.flush();
  }

  @Conformance
  @Rule({"P17", "G6"})
  void onTheOnlyWorkerOfThePoolNobodyWaitsForRoom(Scene scene) throws Exception {
    Quern quern = scene.quern();
    var pool = quern.threadPool(ThreadPoolSpec.named("pool").maxThreads(1));
    PoolView view = pool.newView(PoolViewSpec.named("view").maxActive(2).capacity(1));
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Job other = view.newJob("other", () -> {});
    pool.newJob(
            "stranger",
            () -> {
              view.newJob("first", () -> {}).submit();
              thrown.set(assertThrows(Exception.class, () -> other.submit(LONG)));
            })
        .submit();
    scene.eventually(() -> thrown.get() != null);
    assertInstanceOf(MisuseException.class, thrown.get());
  }

  @Conformance
  @Rule("W25")
  void whatComesDueOrIsHurriedIsNeverRefused(Scene scene) throws Exception {
    scene.probe().manualClock();
    WorkQueue queue =
        scene.quern().newWorkQueue(WorkQueueSpec.named("queue").maxActive(1).capacity(1));
    HeldWork gate = HeldWork.running(queue, "gate");
    AtomicInteger ran = new AtomicInteger();
    List<Work> items = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      items.add(queue.newWork("item " + i, () -> ran.incrementAndGet()));
    }
    Work full = queue.newWork("full", () -> ran.incrementAndGet());
    assertEquals(Submission.QUEUED, full.submit());
    assertEquals(Submission.REFUSED, items.get(0).submit());
    assertEquals(Submission.REFUSED, items.get(0).schedule(Duration.ZERO));
    assertEquals(Submission.REFUSED, items.get(0).reschedule(Duration.ZERO));
    assertEquals(Submission.QUEUED, items.get(0).schedule(FAR), "a delay takes no room");
    assertEquals(Submission.QUEUED, items.get(1).schedule(FAR));
    assertEquals(Submission.QUEUED, items.get(2).schedule(FAR.multipliedBy(2)));
    assertEquals(Submission.COALESCED, items.get(1).reschedule(Duration.ZERO));
    scene.probe().advance(FAR);
    assertFalse(items.get(2).flush(Waiter.GLANCE), "it was hurried");
    assertEquals(Submission.COALESCED, full.reschedule(FAR), "its room is given back");
    assertEquals(Submission.REFUSED, items.get(3).submit(), "the others exceed the bound");
    gate.letAllGo();
    queue.flush();
    assertEquals(3, ran.get());
    assertEquals(Submission.QUEUED, items.get(3).submit());
    queue.flush();
    assertEquals(4, ran.get());
    assertEquals(Cancellation.REMOVED, full.cancel()); // the close would have to report it
  }

  @Conformance
  @Rule({"W25", "W10", "W16"})
  void whatRefusesForAnotherReasonIsNotWaitedFor(Scene scene) throws Exception {
    WorkQueue queue =
        scene.quern().newWorkQueue(WorkQueueSpec.named("queue").maxActive(1).capacity(1));
    HeldWork gate = HeldWork.running(queue, "gate");
    Work first = queue.newWork("first", () -> {});
    first.submit();
    Work disabled = queue.newWork("disabled", () -> {});
    Async<Submission> waits = Waiter.start(scene, () -> disabled.submit(LONG));
    disabled.disable();
    assertEquals(Submission.REFUSED, waits.result());
    Work other = queue.newWork("other", () -> {});
    Async<Submission> waitsToo = Waiter.start(scene, () -> other.submit(LONG));
    Async<?> drain = Waiter.start(scene, () -> queue.drain());
    assertEquals(Submission.REFUSED, waitsToo.result());
    gate.letAllGo();
    drain.result();
  }
}

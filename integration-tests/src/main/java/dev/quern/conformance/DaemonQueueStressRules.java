// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ClosedException;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Daemon queues under racing threads, their histories checked afterwards. */
public class DaemonQueueStressRules {

  /** Writes down what it handles, and checks that batches are as rule D4 says. */
  private static final class Recorder implements Handler<History.Item> {
    final List<History.Item> out = new ArrayList<>();
    final AtomicInteger handled = new AtomicInteger();
    private final AtomicBoolean inside = new AtomicBoolean();
    private final int maxBatch;
    private int batch;

    Recorder(int maxBatch) {
      this.maxBatch = maxBatch;
    }

    @Override
    public void handle(History.Item item) {
      enter();
      out.add(item);
      check(++batch <= maxBatch, "a batch of more than " + maxBatch);
      handled.incrementAndGet();
      inside.set(false);
    }

    @Override
    public void batchEnd() {
      enter();
      check(batch > 0, "the end of an empty batch");
      batch = 0;
      inside.set(false);
    }

    private void enter() {
      check(inside.compareAndSet(false, true), "the handler runs beside itself");
    }

    private static void check(boolean ok, String what) {
      if (!ok) {
        throw new AssertionError(what); // reported, which fails the test
      }
    }

    void checkEnded() {
      assertEquals(0, batch, "the last batch has no end");
    }
  }

  @Conformance
  @Rule({"D1", "D3", "D4", "G2"})
  void racingProducersAreServedInOrderOneAtATime(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          History history = new History();
          Recorder recorder = new Recorder(5);
          DaemonQueue<History.Item> queue =
              kind.make(scene.quern(), kind.unbounded().maxBatch(5), recorder);
          Crew.start(
                  scene,
                  3,
                  (id, random) -> {
                    for (int i = 0; i < scene.times(700); i++) {
                      append(queue, history, random);
                      Crew.pause(random);
                    }
                  })
              .join();
          queue.close();
          history.check(recorder.out);
          recorder.checkEnded();
        });
  }

  @Conformance
  @Rule({"D12", "Q12", "Q3"})
  void noWaitingProducerIsForgotten(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          for (int capacity : new int[] {1, 3}) {
            History history = new History();
            Recorder recorder = new Recorder(2);
            DaemonQueue<History.Item> queue =
                kind.make(
                    scene.quern(),
                    DaemonQueueSpec.bounded(kind.title() + capacity, capacity).maxBatch(2),
                    recorder);
            Crew.start(
                    scene,
                    3,
                    (id, random) -> {
                      for (int i = 0; i < scene.times(150); i++) {
                        append(queue, history, random);
                        Crew.pause(random);
                      }
                    })
                .join();
            queue.close();
            history.check(recorder.out);
            recorder.checkEnded();
          }
        });
  }

  @Conformance
  @Rule("D3")
  void noWakeUpIsLostBetweenAnItemAndTheDrainersRest(Scene scene) throws Exception {
    DaemonKind.each(
        kind -> {
          History history = new History();
          Recorder recorder = new Recorder(3);
          DaemonQueue<History.Item> queue =
              kind.make(scene.quern(), kind.unbounded().maxBatch(3), recorder);
          int rounds = scene.times(100);
          int total = 0;
          for (int round = 0; round < rounds; round++) {
            int burst = 1 + scene.random().nextInt(4);
            total += burst;
            for (int i = 0; i < burst; i++) {
              append(queue, history, scene.random());
              Crew.pause(scene.random());
            }
            awaitHandled(recorder, total);
            Crew.pause(scene.random());
          }
          queue.close();
          history.check(recorder.out);
        });
  }

  /** Yields only, so that the next item meets the drainer on its way to rest. */
  private static void awaitHandled(Recorder recorder, int total) {
    long deadline = System.nanoTime() + Scene.LIMIT.toNanos();
    while (recorder.handled.get() < total) {
      Thread.yield();
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(
            "a lost wake-up: " + recorder.handled + " of " + total + " were handled");
      }
    }
  }

  @Conformance
  @Rule({"D9", "D1", "D2"})
  void queuesOfOneTargetNeverRunBesideEachOther(Scene scene) throws Exception {
    for (DaemonKind kind : List.of(DaemonKind.THREAD, DaemonKind.POOL)) {
      AtomicInteger inside = new AtomicInteger();
      AtomicInteger handled = new AtomicInteger();
      AtomicReference<String> fault = new AtomicReference<>();
      Handler<Integer> handler =
          Handler.of(
              item -> {
                alone(inside, fault);
                handled.incrementAndGet();
              },
              () -> alone(inside, fault));
      List<DaemonQueue<Integer>> queues = new ArrayList<>();
      DaemonQueueSpec spec = DaemonQueueSpec.unbounded(kind.title() + ".a").maxBatch(3);
      queues.add(kind.make(scene.quern(), kind.unbounded().maxBatch(3), handler));
      queues.add(queues.get(0).newChild(spec, handler));
      for (String name : List.of(".b", ".c")) {
        DaemonQueueSpec more = DaemonQueueSpec.unbounded(kind.title() + name).maxBatch(2);
        queues.add(queues.get(0).newChild(more, handler));
      }
      DaemonQueueSpec deep = DaemonQueueSpec.unbounded(kind.title() + ".d");
      queues.add(queues.get(1).newChild(deep, handler));
      int each = scene.times(600);
      Crew.start(
              scene,
              3,
              (id, random) -> {
                for (int i = 0; i < each; i++) {
                  queues.get(random.nextInt(queues.size())).put(i);
                  Crew.pause(random);
                }
              })
          .join();
      for (int i = queues.size() - 1; i >= 0; i--) {
        queues.get(i).close();
      }
      assertEquals(null, fault.get());
      assertEquals(3 * each, handled.get());
    }
  }

  private static void alone(AtomicInteger inside, AtomicReference<String> fault) {
    if (inside.incrementAndGet() != 1) {
      fault.set("two handlers at once");
    }
    Thread.onSpinWait();
    inside.decrementAndGet();
  }

  @Conformance
  @Rule({"G11", "D6", "D11"})
  void anAppendThatRacesWithACloseIsServedReturnedOrThrows(Scene scene) throws Exception {
    for (boolean now : new boolean[] {false, true}) {
      DaemonKind.each(
          kind -> {
            for (int round = 0; round < scene.times(6); round++) {
              raceWithClose(scene, kind, now, round);
            }
          });
    }
  }

  private static void raceWithClose(Scene scene, DaemonKind kind, boolean now, int round)
      throws Exception {
    History history = new History();
    Recorder recorder = new Recorder(4);
    DaemonQueueSpec spec = round % 2 == 0 ? kind.unbounded() : kind.bounded(2);
    DaemonQueue<History.Item> queue = kind.make(scene.quern(), spec.maxBatch(4), recorder);
    CountDownLatch some = new CountDownLatch(1 + scene.random().nextInt(15));
    AtomicBoolean closed = new AtomicBoolean();
    Crew producers =
        Crew.start(
            scene,
            3,
            (id, random) -> {
              boolean open = true;
              while (open) {
                boolean late = closed.get();
                try {
                  append(queue, history, random);
                } catch (ClosedException e) {
                  open = false;
                }
                assertFalse(late && open, "an append after the close was not refused");
                some.countDown();
              }
            });
    some.await();
    Crew.pause(scene.random());
    List<History.Item> rest = List.of();
    if (now) {
      rest = queue.closeNow();
    } else {
      queue.close();
    }
    List<History.Item> out = new ArrayList<>(recorder.out);
    closed.set(true);
    out.addAll(rest);
    producers.join();
    history.check(out);
    recorder.checkEnded();
    assertEquals(recorder.out.size(), recorder.handled.get());
    assertTrue(queue.isEmpty());
  }

  /** One item, by a way chosen at random that does not give up. */
  private static void append(DaemonQueue<History.Item> queue, History history, Random random)
      throws InterruptedException {
    History.Item item = history.begin();
    boolean accepted =
        switch (random.nextInt(4)) {
          case 0 -> queue.offer(item);
          case 1 -> queue.offerAll(List.of(item));
          case 2 -> queue.offer(item, Scene.LIMIT);
          default -> false;
        };
    if (!accepted) {
      queue.put(item);
    }
    history.accepted(item);
  }
}

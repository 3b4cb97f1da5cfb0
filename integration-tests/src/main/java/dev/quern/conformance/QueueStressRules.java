// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Batch;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Racing producers against one consumer, and random walks against a plain list. */
public class QueueStressRules {

  /** Producers that append by offer, and try again where the queue was full. */
  static Crew producers(
      Scene scene, Queue<History.Item> queue, History history, int crew, int each) {
    return Crew.start(
        scene,
        crew,
        (id, random) -> {
          for (int i = 0; i < each; ) {
            History.Item item = history.begin();
            if (queue.offer(item)) {
              history.accepted(item);
              i++;
            } else {
              history.refused();
              Thread.yield();
            }
            Crew.pause(random);
          }
        });
  }

  private static Queue<History.Item> queue(Scene scene, boolean bounded) {
    return scene.quern().newQueue(bounded ? QueueSpec.bounded("q", 5) : QueueSpec.unbounded("q"));
  }

  @Conformance
  @Rule({"Q3", "Q4", "Q6", "G2"})
  void racingProducersKeepTheirOrderAndPollMissesNothing(Scene scene) throws Exception {
    for (boolean bounded : new boolean[] {false, true}) {
      Queue<History.Item> queue = queue(scene, bounded);
      History history = new History();
      Crew producers = producers(scene, queue, history, 3, scene.times(1000));
      boolean ended;
      do {
        ended = producers.ended();
        long in = history.ended();
        History.Item item = queue.poll();
        if (item != null) {
          history.taken(item);
          ended = false;
        } else {
          assertTrue(
              in <= history.takenCount(),
              () -> "poll answered null with " + (in - history.takenCount()) + " items queued");
          Thread.yield(); // a busy consumer would only keep the producers out
        }
      } while (!ended);
      producers.join();
      history.check();
    }
  }

  @Conformance
  @Rule({"Q3", "Q4", "Q5", "Q8", "Q14"})
  void everyWayToTakeKeepsTheOrderAndLosesNothing(Scene scene) throws Exception {
    for (boolean bounded : new boolean[] {false, true}) {
      Queue<History.Item> queue = queue(scene, bounded);
      History history = new History();
      Crew producers = producers(scene, queue, history, 3, scene.times(1000));
      boolean ended;
      do {
        ended = producers.ended();
        long in = history.ended();
        boolean emptied = takeSomehow(scene.random(), queue, history);
        assertTrue(!emptied || in <= history.takenCount(), "something queued was passed over");
      } while (!ended || !queue.isEmpty());
      producers.join();
      history.check();
    }
  }

  /** Returns whether the operation says that nothing of before is left. */
  private static boolean takeSomehow(Random random, Queue<History.Item> queue, History history) {
    switch (random.nextInt(3)) {
      case 0 -> {
        History.Item first = queue.peek();
        History.Item item = queue.poll();
        if (item != null) {
          history.taken(item);
        }
        assertTrue(first == null || first == item, "poll returned another item than peek");
        return item == null;
      }
      case 1 -> {
        int limit = 1 + random.nextInt(4);
        return queue.drainTo(history::taken, limit) < limit;
      }
      default -> {
        Batch<History.Item> batch = queue.detach();
        Crew.pause(random);
        batch.forEachRemaining(history::taken);
        return true;
      }
    }
  }

  @Conformance
  @Rule({"Q8", "Q10"})
  void aListStaysTogetherAndIsNeverSplitByDetach(Scene scene) throws Exception {
    record Part(int producer, int list, int index) {}
    for (QueueSpec spec : List.of(QueueSpec.bounded("q", 10), QueueSpec.unbounded("q"))) {
      Queue<Part> queue = scene.quern().newQueue(spec);
      int lists = scene.times(700);
      Crew producers =
          Crew.start(
              scene,
              3,
              (id, random) -> {
                for (int i = 0; i < lists; ) {
                  boolean accepted =
                      queue.offerAll(
                          List.of(new Part(id, i, 0), new Part(id, i, 1), new Part(id, i, 2)));
                  if (accepted) {
                    i++;
                  } else {
                    Thread.yield();
                  }
                  Crew.pause(random);
                }
              });
      int[] next = new int[3];
      boolean ended;
      do {
        ended = producers.ended();
        Batch<Part> batch = queue.detach();
        while (batch.hasNext()) {
          Part first = batch.next();
          assertEquals(new Part(first.producer, next[first.producer]++, 0), first);
          for (int index = 1; index < 3; index++) {
            assertTrue(batch.hasNext(), "detach took a part of a list");
            assertEquals(new Part(first.producer, first.list, index), batch.next());
          }
        }
        Crew.pause(scene.random());
      } while (!ended || !queue.isEmpty());
      producers.join();
      assertEquals(List.of(lists, lists, lists), List.of(next[0], next[1], next[2]));
    }
  }

  /** One producer, one consumer: then both counts are known and a refusal can be judged. */
  @Conformance
  @Rule({"Q2", "Q10"})
  void anOfferIsRefusedOnlyWhenThereWasTooLittleRoom(Scene scene) throws Exception {
    for (int capacity : new int[] {1, 2, 5}) {
      Queue<Integer> queue = scene.quern().newQueue(QueueSpec.bounded("q", capacity));
      AtomicInteger taken = new AtomicInteger();
      int total = scene.times(2000);
      Crew producer =
          Crew.start(
              scene,
              1,
              (id, random) -> {
                for (int accepted = 0; accepted < total; ) {
                  int size = Math.min(1 + random.nextInt(capacity), total - accepted);
                  List<Integer> items = Collections.nCopies(size, 0);
                  int before = taken.get();
                  if (size == 1 ? queue.offer(0) : queue.offerAll(items)) {
                    accepted += size;
                  } else if (accepted - before + size <= capacity) {
                    throw new AssertionError(
                        "refused " + size + " with " + (accepted - before) + " of " + capacity);
                  } else {
                    Thread.yield();
                  }
                }
              });
      while (taken.get() < total) {
        if (queue.poll() != null) {
          taken.incrementAndGet();
        } else if (scene.random().nextBoolean()) {
          taken.addAndGet(queue.drainTo(item -> {}, 2));
        } else {
          Thread.yield();
        }
        assertTrue(queue.size() <= capacity);
      }
      producer.join();
    }
  }

  @Conformance
  @Rule("Q13")
  void theSizesAreWithinWhatWasAcceptedAndTaken(Scene scene) throws Exception {
    for (boolean bounded : new boolean[] {false, true}) {
      Queue<History.Item> queue = queue(scene, bounded);
      History history = new History();
      AtomicInteger takesBegun = new AtomicInteger();
      AtomicInteger takesEnded = new AtomicInteger();
      AtomicBoolean stop = new AtomicBoolean();
      Crew watcher =
          Crew.start(
              scene,
              1,
              (id, random) -> {
                while (!stop.get()) {
                  long in = history.ended();
                  int out = takesEnded.get();
                  int size = queue.size();
                  long most = history.started() - out;
                  long least = Math.max(0, in - takesBegun.get());
                  check(least <= size && size <= most, "size", size, least, most);
                  in = history.ended();
                  out = takesEnded.get();
                  boolean empty = queue.isEmpty();
                  most = history.started() - out;
                  least = Math.max(0, in - takesBegun.get());
                  check(empty ? least == 0 : most > 0, "isEmpty", empty, least, most);
                  Crew.pause(random);
                }
              });
      Crew producers = producers(scene, queue, history, 2, scene.times(600));
      boolean ended;
      do {
        ended = producers.ended();
        takesBegun.incrementAndGet();
        History.Item item = queue.poll();
        if (item != null) {
          takesEnded.incrementAndGet();
          ended = false;
        } else {
          takesBegun.decrementAndGet();
          Thread.yield();
        }
        Crew.pause(scene.random());
      } while (!ended);
      stop.set(true);
      watcher.join();
      producers.join();
    }
  }

  private static void check(boolean ok, String what, Object answer, long least, long most) {
    if (!ok) {
      throw new AssertionError(
          what + " answered " + answer + " with at least " + least + " and at most " + most);
    }
  }

  @Conformance
  @Rule({"Q1", "Q2", "Q3", "Q5", "Q8", "Q9", "Q10", "Q13", "Q14"})
  void aRandomWalkAgreesWithAPlainList(Scene scene) {
    for (int round = 0; round < scene.times(20); round++) {
      int capacity = 1 + scene.random().nextInt(12);
      boolean bounded = scene.random().nextInt(4) > 0;
      Walk walk =
          new Walk(
              scene
                  .quern()
                  .newQueue(bounded ? QueueSpec.bounded("q", capacity) : QueueSpec.unbounded("q")),
              bounded ? capacity : Integer.MAX_VALUE,
              scene.random());
      for (int step = 0; step < 300; step++) {
        walk.step();
      }
    }
  }

  /** A queue beside the list that it has to equal. */
  private static final class Walk {
    private final Queue<Integer> queue;
    private final int capacity;
    private final Random random;
    private final ArrayDeque<Integer> model = new ArrayDeque<>();
    private int next;

    Walk(Queue<Integer> queue, int capacity, Random random) {
      this.queue = queue;
      this.capacity = capacity;
      this.random = random;
    }

    void step() {
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> {
          boolean room = model.size() < capacity;
          assertEquals(room, queue.offer(++next));
          if (room) {
            model.add(next);
          }
        }
        case 3 -> offerAll();
        case 4 -> assertEquals(model.poll(), queue.poll());
        case 5 -> assertEquals(model.peek(), queue.peek());
        case 6 -> drainTo();
        default -> detachAndRestore();
      }
      assertEquals(model.size(), queue.size());
      assertEquals(model.isEmpty(), queue.isEmpty());
    }

    private void offerAll() {
      List<Integer> items = new ArrayList<>();
      int size = random.nextInt(Math.min(capacity, 6) + 1);
      for (int i = 0; i < size; i++) {
        items.add(++next);
      }
      boolean room = items.isEmpty() || (long) model.size() + items.size() <= capacity;
      assertEquals(room, queue.offerAll(items));
      if (room) {
        model.addAll(items);
      }
    }

    private void drainTo() {
      int limit = 1 + random.nextInt(4);
      List<Integer> expected = new ArrayList<>();
      while (expected.size() < limit && !model.isEmpty()) {
        expected.add(model.poll());
      }
      List<Integer> out = new ArrayList<>();
      assertEquals(expected.size(), queue.drainTo(out::add, limit));
      assertEquals(expected, out);
    }

    private void detachAndRestore() {
      Batch<Integer> batch = queue.detach();
      ArrayDeque<Integer> rest = new ArrayDeque<>(model);
      model.clear();
      for (int appended = random.nextInt(3); appended > 0; appended--) {
        boolean room = model.size() < capacity;
        assertEquals(room, queue.offer(++next));
        if (room) {
          model.add(next);
        }
      }
      for (int walked = random.nextInt(4); walked > 0; walked--) {
        assertEquals(!rest.isEmpty(), batch.hasNext());
        if (!rest.isEmpty()) {
          assertEquals(rest.poll(), batch.next());
        }
      }
      queue.restore(batch);
      while (!rest.isEmpty()) {
        model.addFirst(rest.pollLast());
      }
    }
  }
}

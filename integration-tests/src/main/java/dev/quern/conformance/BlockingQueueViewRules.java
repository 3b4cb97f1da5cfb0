// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.Batch;
import dev.quern.ClosedException;
import dev.quern.MisuseException;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** A queue as a BlockingQueue (Q15): any number of threads at both ends. */
public class BlockingQueueViewRules {
  private static final int MANY = 1000; // more than one chunk of any provider, likely

  /** For JUnit. */
  public BlockingQueueViewRules() {}

  private static <E> Queue<E> bounded(Scene scene, int capacity) {
    return scene.quern().newQueue(QueueSpec.bounded("bounded", capacity).producersWait(true));
  }

  private static <E> Queue<E> unbounded(Scene scene) {
    return scene.quern().newQueue(QueueSpec.unbounded("unbounded"));
  }

  private static List<Queue<Integer>> bothKinds(Scene scene) {
    return List.of(bounded(scene, MANY), unbounded(scene));
  }

  private static List<Integer> numbers(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  @Conformance
  @Rule("Q15")
  void thereIsOneViewOfAQueueAndNoneOfOneThatCannotWait(Scene scene) {
    for (Queue<Integer> queue : bothKinds(scene)) {
      assertSame(queue.asBlockingQueue(), queue.asBlockingQueue());
    }
    Queue<Integer> refusing = scene.quern().newQueue(QueueSpec.bounded("refusing", 1));
    MisuseException misuse = assertThrows(MisuseException.class, refusing::asBlockingQueue);
    assertTrue(misuse.getMessage().contains("refusing"), misuse.getMessage());
  }

  @Conformance
  @Rule("Q15")
  void manyThreadsAtBothEndsPassEachItemOnceInTheOrderOfItsProducer(Scene scene) {
    int threads = 3;
    int each = scene.times(2000);
    for (Queue<int[]> queue :
        List.of(
            BlockingQueueViewRules.<int[]>bounded(scene, 7),
            BlockingQueueViewRules.<int[]>unbounded(scene))) {
      BlockingQueue<int[]> view = queue.asBlockingQueue();
      List<Async<?>> producers = new ArrayList<>();
      List<Async<List<int[]>>> consumers = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int producer = t;
        consumers.add(scene.async(() -> take(view, each)));
        producers.add(
            scene.async(
                () -> {
                  for (int i = 0; i < each; i++) {
                    view.put(new int[] {producer, i});
                  }
                  return true;
                }));
      }
      producers.forEach(Async::result);
      Set<List<Integer>> seen = new HashSet<>();
      for (Async<List<int[]>> consumer : consumers) {
        int[] last = {-1, -1, -1};
        for (int[] item : consumer.result()) {
          assertTrue(item[1] > last[item[0]], "overtaken");
          last[item[0]] = item[1];
          assertTrue(seen.add(List.of(item[0], item[1])), "twice");
        }
      }
      assertEquals(threads * each, seen.size());
      assertTrue(view.isEmpty());
    }
  }

  private static <E> List<E> take(BlockingQueue<E> view, int count) throws InterruptedException {
    List<E> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      out.add(view.take());
    }
    return out;
  }

  @Conformance
  @Rule({"Q15", "Q12"})
  void everyTakerThatWaitsGetsOneItemHoweverItCame(Scene scene) throws Exception {
    for (Queue<Integer> queue : bothKinds(scene)) {
      BlockingQueue<Integer> view = queue.asBlockingQueue();
      List<Action> ways =
          List.of(
              () -> queue.offerAll(List.of(0, 1, 2)),
              () -> {
                view.put(0);
                queue.add(1);
                view.add(2);
              });
      for (Action way : ways) {
        List<Async<Integer>> takers =
            List.of(
                scene.async(view::take).awaitWaiting(),
                scene.async(() -> view.poll(1, TimeUnit.HOURS)).awaitWaiting(),
                scene.async(view::take).awaitWaiting());
        way.run();
        Set<Integer> got = new HashSet<>();
        takers.forEach(taker -> got.add(taker.result()));
        assertEquals(Set.of(0, 1, 2), got);
      }
    }
  }

  @Conformance
  @Rule("Q15")
  void nothingThatDoesNotWaitStandsBehindATaker(Scene scene) {
    for (Queue<Integer> queue : bothKinds(scene)) {
      BlockingQueue<Integer> view = queue.asBlockingQueue();
      Async<Integer> taker = scene.async(view::take).awaitWaiting();
      assertNull(view.poll());
      assertNull(view.peek());
      assertFalse(view.contains(1));
      assertFalse(view.remove(1));
      assertEquals(0, view.drainTo(new ArrayList<>()));
      assertFalse(view.iterator().hasNext());
      assertEquals("[]", view.toString());
      assertTrue(view.offer(1));
      assertEquals(1, taker.result());
    }
  }

  @Conformance
  @Rule({"Q15", "Q12"})
  void whateverTakesSomethingOutLetsAWaitingProducerIn(Scene scene) throws Exception {
    for (String how : List.of("take", "remove", "removeIf", "iterator", "clear", "drainTo")) {
      Queue<Integer> queue = scene.quern().newQueue(QueueSpec.bounded(how, 3).producersWait(true));
      queue.offerAll(List.of(1, 2, 3));
      BlockingQueue<Integer> view = queue.asBlockingQueue();
      Async<?> producer =
          scene
              .async(
                  () -> {
                    view.put(4);
                    return true;
                  })
              .awaitWaiting();
      switch (how) {
        case "take" -> view.take();
        case "remove" -> assertTrue(view.remove(2));
        case "removeIf" -> assertTrue(view.removeIf(item -> item == 3));
        case "iterator" -> {
          Iterator<Integer> each = view.iterator();
          each.next();
          each.remove();
        }
        case "clear" -> view.clear();
        default -> view.drainTo(new ArrayList<>(), 1);
      }
      producer.result();
      assertTrue(view.contains(4), how);
    }
  }

  @Conformance
  @Rule({"Q15", "G4"})
  void anInterruptedWaitHasDoneNothing(Scene scene) {
    for (Queue<Integer> queue :
        List.of(
            BlockingQueueViewRules.<Integer>bounded(scene, 1),
            BlockingQueueViewRules.<Integer>unbounded(scene))) {
      BlockingQueue<Integer> view = queue.asBlockingQueue();
      for (Async<Integer> taker :
          List.of(scene.async(view::take), scene.async(() -> view.poll(1, TimeUnit.HOURS)))) {
        taker.awaitWaiting().interrupt();
        assertInterrupted(taker);
      }
      view.add(1);
      assertEquals(1, view.poll());
    }
    BlockingQueue<Integer> full =
        BlockingQueueViewRules.<Integer>bounded(scene, 1).asBlockingQueue();
    full.add(1);
    Async<Boolean> producer = scene.async(() -> full.offer(2, 1, TimeUnit.HOURS)).awaitWaiting();
    producer.interrupt();
    assertInterrupted(producer);
    assertEquals(List.of(1), new ArrayList<>(full));
  }

  private static void assertInterrupted(Async<?> wait) {
    assertTrue(wait.thrown() instanceof InterruptedException, () -> "thrown: " + wait.thrown());
  }

  @Conformance
  @Rule({"Q15", "Q1"})
  void takingOutOfTheMiddleMakesRoomForExactlyOneAndKeepsTheOrder(Scene scene) {
    for (int capacity : new int[] {1, 2, 3, 8, 200}) {
      for (int gone = 0; gone < capacity; gone += Math.max(1, capacity / 7)) {
        Queue<Integer> queue = bounded(scene, capacity);
        BlockingQueue<Integer> view = queue.asBlockingQueue();
        for (int i = 0; i < capacity; i++) { // not from the first slot on
          view.add(-1);
          view.poll();
        }
        view.addAll(numbers(0, capacity));
        assertTrue(view.remove(gone));
        assertFalse(view.remove(gone));
        assertEquals(1, view.remainingCapacity());
        assertTrue(queue.offer(capacity));
        assertFalse(queue.offer(capacity + 1));
        List<Integer> expected = new ArrayList<>(numbers(0, capacity + 1));
        expected.remove(gone);
        assertEquals(expected, QueueRules.drain(queue));
      }
    }
  }

  @Conformance
  @Rule({"Q15", "Q9"})
  void whatWasRestoredIsSeenAndTakenOutLikeTheRest(Scene scene) {
    for (Queue<Integer> queue : bothKinds(scene)) {
      BlockingQueue<Integer> view = queue.asBlockingQueue();
      queue.offerAll(numbers(0, 300));
      Batch<Integer> first = queue.detach();
      queue.offerAll(numbers(300, 400));
      Batch<Integer> second = queue.detach();
      queue.offerAll(numbers(400, 600));
      queue.restore(second);
      queue.restore(first);
      assertArrayEquals(numbers(0, 600).toArray(), view.toArray());
      assertTrue(view.removeIf(item -> item % 3 != 0));
      List<Integer> expected = numbers(0, 600).stream().filter(item -> item % 3 == 0).toList();
      assertEquals(expected, new ArrayList<>(view));
      assertEquals(expected.size(), queue.size());
      assertTrue(view.remove(0));
      assertTrue(view.remove(597));
      queue.add(600);
      view.removeAll(numbers(1, 300));
      assertEquals(300, view.peek());
      expected = numbers(300, 597).stream().filter(item -> item % 3 == 0).toList();
      assertEquals(expected, take(queue, expected.size()));
      assertEquals(List.of(600), QueueRules.drain(queue));
    }
  }

  private static List<Integer> take(Queue<Integer> queue, int count) {
    List<Integer> out = new ArrayList<>();
    queue.drainTo(out::add, count);
    return out;
  }

  @Conformance
  @Rule("Q15")
  void anIteratorShowsWhatWasThereAndTakesOutWhatItShowed(Scene scene) {
    for (Queue<Integer> queue : bothKinds(scene)) {
      BlockingQueue<Integer> view = queue.asBlockingQueue();
      view.addAll(List.of(1, 2, 1, 3, 1)); // one object three times
      Iterator<Integer> each = view.iterator();
      assertEquals(1, each.next());
      assertEquals(2, each.next());
      assertEquals(1, each.next());
      view.poll(); // the first 1
      view.add(4);
      each.remove();
      assertEquals(List.of(2, 3, 1, 4), new ArrayList<>(view));
      assertThrows(IllegalStateException.class, each::remove);
      assertEquals(3, each.next());
      view.remove(3);
      each.remove(); // gone already
      assertEquals(1, each.next());
      each.remove();
      assertFalse(each.hasNext(), "4 came later");
      assertEquals(List.of(2, 4), QueueRules.drain(queue));
    }
  }

  @Conformance
  @Rule({"Q15", "Q14"})
  void drainToTakesNoMoreThanTheLimitAndASinkThatThrowsCostsOneItem(Scene scene) {
    for (Queue<Integer> queue : bothKinds(scene)) {
      BlockingQueue<Integer> view = queue.asBlockingQueue();
      view.addAll(numbers(0, 6));
      List<Integer> out = new ArrayList<>();
      assertEquals(0, view.drainTo(out, 0));
      assertEquals(0, view.drainTo(out, -1));
      assertEquals(2, view.drainTo(out, 2));
      assertThrows(IllegalArgumentException.class, () -> view.drainTo(view));
      assertThrows(IllegalArgumentException.class, () -> view.drainTo(view, 1));
      assertThrows(UnsupportedOperationException.class, () -> view.drainTo(List.of()));
      assertEquals(3, view.drainTo(out));
      assertEquals(List.of(0, 1, 3, 4, 5), out);
      assertTrue(view.isEmpty());
    }
  }

  /** A sink that puts back what it gets would never end. */
  @Conformance
  @Rule("Q15")
  void drainToTakesNoMoreThanWasThereWhenItBegan(Scene scene) {
    for (Queue<Integer> queue : bothKinds(scene)) {
      BlockingQueue<Integer> view = queue.asBlockingQueue();
      view.addAll(List.of(1, 2, 3));
      AbstractCollection<Integer> back =
          new AbstractCollection<>() {
            @Override
            public boolean add(Integer item) {
              return view.add(item) && view.contains(item);
            }

            @Override
            public Iterator<Integer> iterator() {
              return view.iterator();
            }

            @Override
            public int size() {
              return view.size();
            }
          };
      assertEquals(3, view.drainTo(back));
      assertEquals(List.of(1, 2, 3), QueueRules.drain(queue));
    }
  }

  @Conformance
  @Rule({"Q15", "Q16", "G11"})
  void aClosedQueueIsClosedForItsViewAndGivesOutTheRest(Scene scene) throws Exception {
    for (Queue<Integer> queue : bothKinds(scene)) {
      BlockingQueue<Integer> view = queue.asBlockingQueue();
      view.addAll(List.of(1, 2, 3, 4));
      queue.close();
      assertSame(view, queue.asBlockingQueue());
      assertThrows(ClosedException.class, () -> view.offer(5));
      assertThrows(ClosedException.class, () -> view.put(5));
      assertThrows(ClosedException.class, () -> view.add(5));
      assertThrows(ClosedException.class, () -> view.offer(5, 1, TimeUnit.HOURS));
      assertTrue(view.remove(3));
      assertEquals(1, view.take());
      assertEquals(2, view.poll(1, TimeUnit.HOURS));
      assertEquals(4, view.poll());
      assertNull(view.poll());
      assertThrows(ClosedException.class, view::take);
      assertThrows(ClosedException.class, () -> view.poll(1, TimeUnit.HOURS));
      assertEquals(0, view.drainTo(new ArrayList<>()));
    }
  }

  @Conformance
  @Rule({"Q15", "Q16"})
  void closeLetsGoOfAllWhoWait(Scene scene) {
    for (Queue<Integer> queue : bothKinds(scene)) {
      BlockingQueue<Integer> view = queue.asBlockingQueue();
      List<Async<Integer>> takers =
          List.of(
              scene.async(view::take).awaitWaiting(),
              scene.async(() -> view.poll(1, TimeUnit.HOURS)).awaitWaiting());
      queue.close();
      takers.forEach(taker -> assertTrue(taker.thrown() instanceof ClosedException));
    }
    Queue<Integer> full = bounded(scene, 1);
    full.add(1);
    Async<?> producer =
        scene
            .async(
                () -> {
                  full.asBlockingQueue().put(2);
                  return true;
                })
            .awaitWaiting();
    full.close();
    assertTrue(producer.thrown() instanceof ClosedException);
  }

  @Conformance
  @Rule("Q15")
  void itemsTakenFromTheMiddleAndFromTheFrontAtOnceComeOutOnce(Scene scene) throws Exception {
    int count = scene.times(2000);
    for (Queue<Integer> queue :
        List.of(
            BlockingQueueViewRules.<Integer>bounded(scene, 64),
            BlockingQueueViewRules.<Integer>unbounded(scene))) {
      BlockingQueue<Integer> view = queue.asBlockingQueue();
      Async<List<Integer>> removed =
          scene.async(
              () -> {
                List<Integer> out = new ArrayList<>();
                for (int i = 0; i < count; i += 2) {
                  if (view.remove(i)) {
                    out.add(i);
                  }
                }
                return out;
              });
      Async<List<Integer>> polled =
          scene.async(
              () -> {
                List<Integer> out = new ArrayList<>();
                for (int item = view.take(); item >= 0; item = view.take()) {
                  out.add(item);
                }
                return out;
              });
      Async<?> producer =
          scene.async(
              () -> {
                for (int i = 0; i < count; i++) {
                  view.put(i);
                }
                return true;
              });
      producer.result();
      List<Integer> all = new ArrayList<>(removed.result());
      view.put(-1);
      List<Integer> front = polled.result();
      assertEquals(front.stream().sorted().toList(), front);
      all.addAll(front);
      assertEquals(numbers(0, count), all.stream().sorted().toList());
    }
  }

  @Conformance
  @Rule({"Q15", "G1"})
  void nullIsRefusedOrNotFound(Scene scene) {
    for (Queue<Integer> queue : bothKinds(scene)) {
      BlockingQueue<Integer> view = queue.asBlockingQueue();
      Integer none = Scene.nothing();
      view.add(1);
      assertThrows(NullPointerException.class, () -> view.add(none));
      assertThrows(NullPointerException.class, () -> view.offer(none));
      assertThrows(NullPointerException.class, () -> view.put(none));
      assertThrows(NullPointerException.class, () -> view.offer(none, 1, TimeUnit.HOURS));
      assertThrows(NullPointerException.class, () -> view.drainTo(Scene.nothing()));
      assertFalse(view.contains(none));
      assertFalse(view.remove(none));
      assertEquals(List.of(1), QueueRules.drain(queue));
    }
  }

  @Conformance
  @Rule({"G9", "Q15"})
  void whatWasTakenOutOfTheMiddleIsNotKept(Scene scene) {
    for (Queue<Object> queue :
        List.of(
            BlockingQueueViewRules.<Object>bounded(scene, 8),
            BlockingQueueViewRules.<Object>unbounded(scene))) {
      queue.add("first");
      WeakReference<Object> item = addAndRemove(queue.asBlockingQueue());
      scene.eventuallyCollected("the item", item);
      assertEquals(2, queue.size());
      Reference.reachabilityFence(queue);
    }
  }

  private static WeakReference<Object> addAndRemove(BlockingQueue<Object> view) {
    Object item = new Object();
    view.add(item);
    view.add("last");
    assertTrue(view.remove(item));
    return new WeakReference<>(item);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.lockfree.Buffer.Appended;
import dev.quern.spi.Parker;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Where the suite cannot look: appends that stop half-way, positions that go round, memory. */
class BufferTest {
  private static final int HUGE = 1 << 30;

  private record Slots(Buffer<Integer> buffer, ChunkList list) {}

  /** Three items, 0 to 2: an append that has its places, and has filled the first. */
  private static final class SlowAppend {
    private final List<Chunk> chunks = new ArrayList<>();
    private final long place;
    private final boolean armed;

    SlowAppend(Slots slots) {
      long word = slots.buffer.admit(3);
      place = Cursors.position(word);
      armed = Cursors.isArmed(word);
      for (int i = 0; i < 3; i++) {
        chunks.add(Objects.requireNonNull(slots.list.find(place + i, 1)));
      }
      assertTrue(slots.buffer.tryAppend(word, 3));
      fill(0);
    }

    void goOn() {
      fill(1);
      fill(2);
    }

    private void fill(int item) {
      chunks.get(item).setRelease(place + item, item);
    }
  }

  private static List<Slots> allKinds() {
    return List.of(
        slots(1000, ChunkList.ring(1000), Parker.LOCK_SUPPORT),
        slots(HUGE, ChunkList.growing(0), Parker.LOCK_SUPPORT),
        slots(0, ChunkList.growing(0), Parker.LOCK_SUPPORT));
  }

  private static Slots slots(int capacity, ChunkList list, Parker parker) {
    return new Slots(new Buffer<>(capacity, capacity == HUGE, parker, 0, list), list);
  }

  private static final class Running<T> {
    final FutureTask<T> task;
    final Thread thread;

    Running(Callable<T> code) {
      task = new FutureTask<>(code);
      thread = new Thread(task, "test");
      thread.setDaemon(true);
      thread.start();
    }

    T result() throws Exception {
      return task.get(10, TimeUnit.SECONDS);
    }

    void awaitParked() {
      long begin = System.nanoTime();
      while (thread.getState() != Thread.State.TIMED_WAITING) {
        assertTrue(System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(10), "never parked");
        assertFalse(task.isDone(), "it did not wait");
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void walkingADetachedRunKeepsNoChunkThatItHasPassed() {
    Chunk first = Chunk.alone(0, 2);
    Chunk second = first.nextOrNew();
    for (int i = 0; i < 4; i++) {
      (i < 2 ? first : second).setRelease(i, i);
    }
    assertSame(first, second.previous());
    Run<Integer> run = new Run<>(new SlowAppends(Parker.LOCK_SUPPORT), first, 0, 4);
    for (int i = 0; i < 3; i++) {
      assertEquals(i, run.take());
    }
    assertThrows(AssertionError.class, second::previous, "nothing leads back");
  }

  @Test
  void aSlowAppendCountsAndIsWaitedFor() throws Exception {
    for (Slots slots : allKinds()) {
      Buffer<Integer> buffer = slots.buffer;
      SlowAppend append = new SlowAppend(slots);
      assertTrue(append.armed, "it has to signal");
      assertEquals(Appended.QUIET, buffer.append(3), "no other append waits for it");
      assertEquals(4, buffer.size());
      assertEquals(0, buffer.peek());
      assertEquals(0, buffer.poll());
      assertFalse(buffer.isEmpty());
      Running<Integer> poll = new Running<>(buffer::poll);
      poll.awaitParked();
      append.goOn();
      assertEquals(1, poll.result());
      assertEquals(List.of(2, 3), drain(buffer));
    }
  }

  @Test
  void anInterruptDoesNotEndTheWaitAndIsKept() throws Exception {
    for (Slots slots : allKinds()) {
      Buffer<Integer> buffer = slots.buffer;
      SlowAppend append = new SlowAppend(slots);
      assertEquals(0, buffer.poll());
      Running<Boolean> poll =
          new Running<>(() -> Objects.equals(buffer.poll(), 1) && Thread.interrupted());
      poll.awaitParked();
      poll.thread.interrupt();
      poll.awaitParked();
      append.goOn();
      assertTrue(poll.result());
    }
  }

  @Test
  void noParkBeginsWithTheInterruptFlagSet() throws Exception {
    AtomicInteger parks = new AtomicInteger();
    AtomicInteger flagged = new AtomicInteger();
    AtomicReference<SlowAppend> append = new AtomicReference<>();
    Parker interrupting =
        new Parker() {
          @Override
          public void park(Object blocker) {
            throw new AssertionError("nobody would wake it");
          }

          @Override
          public void parkNanos(Object blocker, long nanos) {
            if (Thread.currentThread().isInterrupted()) {
              flagged.incrementAndGet();
            }
            Thread.currentThread().interrupt();
            if (parks.incrementAndGet() == 3) {
              append.get().goOn();
            }
          }

          @Override
          public void unpark(Thread thread) {
            throw new AssertionError("nobody was parked");
          }
        };
    Slots slots = slots(10, ChunkList.ring(10), interrupting);
    Buffer<Integer> buffer = slots.buffer;
    append.set(new SlowAppend(slots));
    buffer.poll();
    assertEquals(1, new Running<>(buffer::poll).result());
    assertEquals(0, flagged.get(), "such a park would return at once, and burn the processor");
  }

  @Test
  void aDetachedSlowAppendIsWaitedForSoonerOrLater() throws Exception {
    for (Slots slots : allKinds()) {
      Buffer<Integer> buffer = slots.buffer;
      SlowAppend append = new SlowAppend(slots);
      for (int i = 3; i < 300; i++) {
        buffer.append(i);
      }
      Running<List<Integer>> walk = new Running<>(() -> walk(buffer.detach()));
      walk.awaitParked();
      append.goOn();
      List<Integer> walked = walk.result();
      assertEquals(300, walked.size());
      for (int i = 0; i < 300; i++) {
        assertEquals(i, walked.get(i));
      }
      assertTrue(buffer.isEmpty());
    }
  }

  @Test
  void detachingAGrowingListDoesNotWaitForWhatIsFarInFront() throws Exception {
    Slots slots = slots(0, ChunkList.growing(0), Parker.LOCK_SUPPORT);
    Buffer<Integer> buffer = slots.buffer;
    SlowAppend append = new SlowAppend(slots);
    for (int i = 3; i < 300; i++) {
      buffer.append(i);
    }
    Run<Integer> run = buffer.detach();
    assertEquals(300, Run.count(run));
    buffer.append(300);
    buffer.restore(run);
    assertEquals(301, buffer.size());
    append.goOn();
    List<Integer> drained = drain(buffer);
    assertEquals(301, drained.size());
    assertEquals(300, drained.get(300));
  }

  @Test
  void whatAnAppendThatBrokeLeftOutIsNotWaitedForAfterABreakDown() throws Exception {
    for (Slots slots : allKinds()) {
      Buffer<Integer> buffer = slots.buffer;
      new SlowAppend(slots);
      assertEquals(0, buffer.poll());
      Running<@Nullable Integer> poll = new Running<>(buffer::poll);
      poll.awaitParked();
      buffer.breakDown();
      assertNull(poll.result());
      assertEquals(Appended.CLOSED, buffer.append(1));
    }
  }

  @Test
  void positionsGoRound() {
    Random random = new Random(1);
    long begin = (1L << 40) - 1000;
    for (int capacity : new int[] {0, 7, 10, 1000, HUGE}) {
      ChunkList slots =
          capacity == 10 || capacity == 1000 ? ChunkList.ring(capacity) : ChunkList.growing(begin);
      Buffer<Integer> buffer = new Buffer<>(capacity, false, Parker.LOCK_SUPPORT, begin, slots);
      int in = 0;
      int out = 0;
      while (out < 3000) {
        for (int i = random.nextInt(400); i > 0; i--) {
          if (random.nextInt(10) == 0) {
            in += buffer.appendAll(new Integer[] {in, in + 1, in + 2}) == Appended.FULL ? 0 : 3;
          } else {
            in += buffer.append(in) == Appended.FULL ? 0 : 1;
          }
        }
        assertEquals(in - out, buffer.size());
        if (random.nextBoolean()) {
          Run<Integer> run = Run.skipEmpty(buffer.detach());
          for (int i = random.nextInt(20); i > 0 && run != null; i--) {
            assertEquals(out++, run.take());
            run = Run.skipEmpty(run);
          }
          buffer.restore(run);
        }
        for (int i = random.nextInt(400); i > 0 && !buffer.isEmpty(); i--) {
          assertEquals(out++, buffer.poll());
        }
      }
      assertEquals(begin + in, buffer.appended());
    }
  }

  /** Each would be 4 GiB, if its slots were made beforehand. */
  @Test
  void aHugeCapacityCostsNothingUntilItIsUsed() {
    List<Buffer<Integer>> buffers = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      Buffer<Integer> buffer = Buffer.bounded(HUGE, true, Parker.LOCK_SUPPORT);
      buffer.append(i);
      buffers.add(buffer);
    }
    for (int i = 0; i < 1000; i++) {
      assertEquals(i, buffers.get(i).poll());
    }
  }

  @Test
  void aChunkThatWasLeftLeadsNowhere() {
    ChunkList list = ChunkList.growing(0);
    Chunk first = Objects.requireNonNull(list.find(0, 1));
    for (long place = 0; place <= 300; place++) {
      Chunk chunk = Objects.requireNonNull(list.find(place, 1));
      chunk.setRelease(place, "item");
      assertSame(chunk, list.at(place));
      list.enter(chunk, place);
    }
    assertSame(Chunk.RETIRED, first.nextOrNew());
    assertNull(list.find(5, 1), "a place that is long taken");
  }

  @Test
  void aChunkThatWasCutOffLeadsNowhere() {
    ChunkList list = ChunkList.growing(0);
    List<Chunk> chunks = new ArrayList<>();
    for (long place = 0; place <= 300; place++) {
      Chunk chunk = Objects.requireNonNull(list.find(place, 1));
      chunk.setRelease(place, place);
      if (!chunks.contains(chunk)) {
        chunks.add(chunk);
      }
    }
    Run<Long> run = list.detach(0, 301, new SlowAppends(Parker.LOCK_SUPPORT));
    assertEquals(3, chunks.size());
    assertSame(chunks.get(1), chunks.get(0).nextOrNew(), "the batch needs it");
    assertSame(Chunk.RETIRED, chunks.get(1).nextOrNew());
    assertSame(chunks.get(2), list.find(301, 1));
    assertNull(chunks.get(2).getAcquire(300), "what was detached is not kept");
    assertEquals(301, Run.count(run));
  }

  private static List<Integer> drain(Buffer<Integer> buffer) {
    List<Integer> out = new ArrayList<>();
    for (Integer item = buffer.poll(); item != null; item = buffer.poll()) {
      out.add(item);
    }
    return out;
  }

  private static List<Integer> walk(@Nullable Run<Integer> all) {
    List<Integer> out = new ArrayList<>();
    for (Run<Integer> run = Run.skipEmpty(all); run != null; run = Run.skipEmpty(run)) {
      out.add(run.take());
    }
    return out;
  }

  @Test
  void whatIsTakenOutOfTheMiddleIsMissingAndNothingElse() {
    Random random = new Random(42);
    for (Slots slots : allKinds()) {
      Buffer<Integer> buffer = slots.buffer;
      List<Integer> model = new ArrayList<>();
      @Nullable Run<Integer> batch = null;
      List<Integer> detached = new ArrayList<>();
      for (int round = 0, in = 0; round < 2000; round++) {
        switch (random.nextInt(6)) {
          case 0, 1 -> {
            for (int i = random.nextInt(90); i > 0 && model.size() < 900; i--) {
              buffer.append(in);
              model.add(in++);
            }
          }
          case 2 -> {
            for (int i = random.nextInt(60); i > 0 && !model.isEmpty(); i--) {
              assertEquals(model.remove(0), buffer.poll());
            }
          }
          case 3 -> {
            if (batch == null && random.nextInt(3) == 0) {
              batch = buffer.detach();
              detached.addAll(model);
              model.clear();
            } else {
              buffer.restore(batch);
              batch = null;
              model.addAll(0, detached);
              detached.clear();
            }
          }
          default -> {
            BitSet places = new BitSet();
            int every = 1 + random.nextInt(20);
            for (int i = model.size() - 1; i >= 0; i--) {
              if (random.nextInt(every) == 0) {
                places.set(i);
                model.remove(i);
              }
            }
            buffer.remove(places);
          }
        }
        assertEquals(model.size(), buffer.size());
        assertEquals(model, buffer.copy());
        assertEquals(model.isEmpty() ? null : model.get(0), buffer.peek());
      }
    }
  }
}

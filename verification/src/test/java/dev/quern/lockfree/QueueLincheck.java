// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.ClosedException;
import dev.quern.QueueSpec;
import dev.quern.lockfree.Buffer.Appended;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Nobody who waits for an item or for room in a {@link LockfreeQueue} sleeps for ever (Q12). */
public class QueueLincheck {
  @Test
  public void aTakerIsWoken() {
    Interleavings.of(Unbounded.class).thread("take", "take").thread("offer", "offer").check(1000);
    Interleavings.of(Bounded.class).thread("take", "take").thread("offer", "put").check(1000);
  }

  @Test
  public void aPutterIsWoken() {
    Interleavings.of(Bounded.class).thread("put", "put").thread("poll", "poll", "take").check(1000);
  }

  @Test
  public void twoPuttersAreWoken() {
    Interleavings.of(Bounded.class).thread("put").thread("put").thread("take", "take").check(1500);
  }

  @Test
  public void aPutterIsWokenByADetach() {
    Interleavings.of(Bounded.class).thread("put", "put").thread("detach", "take").check(1000);
  }

  @Test
  public void closeEndsEveryWait() {
    Interleavings.of(Bounded.class)
        .thread("takeOrClosed", "takeOrClosed")
        .thread("offerOrClosed")
        .thread("close")
        .check(1000);
    Interleavings.of(Bounded.class)
        .thread("putOrClosed", "putOrClosed")
        .thread("close")
        .check(1000);
  }

  /** The check itself: room that is told of before it is there. */
  @Test
  public void aWakeUpBeforeTheRoomIsFound() {
    assertThrows(
        LincheckAssertionError.class,
        () -> Interleavings.of(WakesFirst.class).thread("put", "put").thread("poll").check(1000));
  }

  /** The check itself: a taker that does not arm is not told. */
  @Test
  public void aTakerThatDoesNotArmIsFound() {
    assertThrows(
        LincheckAssertionError.class,
        () -> Interleavings.of(DoesNotArm.class).thread("take").thread("offer").check(1000));
  }

  /** A queue, calls that may wait, and what must be in it in the end. */
  public abstract static class Steps {
    private final LockfreeQueue<String> queue;

    Steps(QueueSpec spec) {
      queue = new LockfreeQueue<>(new ParkerHost(new SteppedParker()), spec, null);
    }

    public void offer() {
      queue.offer("offered");
    }

    public void put() throws InterruptedException {
      queue.put("put");
    }

    public void take() throws InterruptedException {
      queue.take();
    }

    public void poll() {
      queue.poll();
    }

    public void detach() {
      queue.detach();
    }

    public void close() {
      queue.close();
    }

    public void takeOrClosed() throws InterruptedException {
      try {
        queue.take();
      } catch (ClosedException closed) {
        assertEquals(0, queue.size());
      }
    }

    public void offerOrClosed() {
      try {
        queue.offer("offered");
      } catch (ClosedException closed) {
        assertEquals(true, queue.isClosed());
      }
    }

    public void putOrClosed() throws InterruptedException {
      try {
        queue.put("put");
      } catch (ClosedException closed) {
        assertEquals(true, queue.isClosed());
      }
    }

    @Validate
    public void validate() {
      assertEquals(queue.size() == 0, queue.isEmpty());
    }
  }

  /** Room for one. */
  public static class Bounded extends Steps {
    public Bounded() {
      super(QueueSpec.bounded("bounded", 1).producersWait(true));
    }
  }

  /** Room for any number. */
  public static class Unbounded extends Steps {
    public Unbounded() {
      super(QueueSpec.unbounded("unbounded"));
    }
  }

  /** A consumer with two steps the wrong way round. */
  public static class WakesFirst {
    private final Buffer<String> buffer = Buffer.bounded(1, true, new SteppedParker());
    private final WaitList putters = new WaitList(new SteppedParker());

    public void put() throws InterruptedException {
      new Putter<>(buffer, "put").await(putters, Deadline.NEVER);
    }

    public void poll() {
      putters.wakeAll();
      if (buffer.poll() == null) {
        buffer.append("nothing was to be had");
        buffer.poll();
      }
    }
  }

  /** A taker that only looks. */
  public static class DoesNotArm {
    private final Buffer<String> buffer = Buffer.unbounded(new SteppedParker());
    private final WaitList takers = new WaitList(new SteppedParker());
    private @Nullable String taken;

    public DoesNotArm() {
      buffer.append("first");
      buffer.poll();
    }

    public void take() throws InterruptedException {
      takers.await(() -> (taken = buffer.peek()) != null, Deadline.NEVER);
    }

    public void offer() {
      if (buffer.append("second") == Appended.SIGNAL) {
        takers.wakeAll();
      }
    }
  }
}

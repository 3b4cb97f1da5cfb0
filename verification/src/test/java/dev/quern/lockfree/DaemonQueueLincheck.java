// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.ClosedException;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.spi.Parker;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Nobody sleeps through what a daemon queue owes him, and no item is forgotten. */
public class DaemonQueueLincheck {
  /** The whole life of an own thread: it parks, is called, drains, and ends with the queue. */
  @Test
  public void aThreadThatParksIsCalled() {
    Interleavings.of(OwnThread.class).thread("live").thread("offer", "close").check(200);
  }

  @Test
  public void twoProducersAndAnOwnThread() {
    Interleavings.of(OwnThread.class)
        .thread("live")
        .thread("offer", "close")
        .thread("offerOrNot")
        .check(200);
  }

  @Test
  public void anAppendMeetsTheEndOfADrain() {
    Interleavings.of(Pooled.class).thread("offer", "drain").thread("offer", "drain").check(200);
  }

  @Test
  public void anAppendMeetsPauseAndResume() {
    Interleavings.of(Pooled.class)
        .thread("offer")
        .thread("pause", "resume")
        .thread("drain")
        .check(200);
  }

  @Test
  public void anAppendMeetsAClose() {
    Interleavings.of(Pooled.class).thread("offerOrNot").thread("closeAtOnce").check(200);
  }

  @Test
  public void closeNowMeetsADrain() {
    Interleavings.of(Pooled.class).thread("offer", "drain").thread("closeNow").check(200);
  }

  @Test
  public void aFlushIsWokenByTheDrain() {
    Interleavings.of(Pooled.class).thread("offer", "flush").thread("awaitCallAndDrain").check(200);
  }

  @Test
  public void aPauseWaitsForTheDrainInProgress() {
    Interleavings.of(Pooled.class)
        .thread("offer", "drain")
        .thread("pauseAndWait", "resume")
        .check(200);
  }

  @Test
  public void twoChildrenAskForTheirTurns() {
    Interleavings.of(Family.class).thread("left").thread("right").thread("drain").check(200);
  }

  /** The check itself: a thread that looks before it sets parked sleeps for ever. */
  @Test
  public void aThreadThatLooksFirstIsFound() {
    assertThrows(
        LincheckAssertionError.class,
        () -> Interleavings.of(LooksFirst.class).thread("live").thread("wake").check(500));
  }

  /** The check itself: a drain that ends as if it had found the buffer empty forgets an item. */
  @Test
  public void aDrainThatForgetsWhatIsLeftIsFound() {
    assertThrows(
        LincheckAssertionError.class,
        () -> Interleavings.of(Forgets.class).thread("offer", "drain").thread("offer").check(500));
  }

  private static DaemonQueueSpec spec(String name) {
    return DaemonQueueSpec.bounded(name, 4);
  }

  /** A queue with a thread, which is one of Lincheck's. */
  public static class OwnThread {
    private final HandCarried host = new HandCarried(new MonitorParker());
    private int handled;
    private volatile int accepted;
    private final LockfreeDaemonQueue<Integer> queue =
        host.threaded(spec("own"), 1, item -> handled++);

    public void live() {
      host.threadBody().run();
    }

    public void offer() {
      queue.offer(1);
      accepted++; // one thread only does this
    }

    /** Racing with close. What was accepted of it the buffer knows. */
    public void offerOrNot() {
      try {
        queue.offer(2);
      } catch (ClosedException closed) {
        return;
      }
    }

    public void close() {
      HandCarried.closeAtOnce(queue);
    }

    @Validate
    public void validate() {
      assertNull(host.fault());
      assertEquals(queue.buffer.appended(), handled);
      assertEquals(1, host.ended.get());
    }
  }

  /** A queue on a pool, which is Lincheck's threads. */
  public static class Pooled {
    private final HandCarried host = new HandCarried(new MonitorParker());
    private int handled;
    private final LockfreeDaemonQueue<Integer> queue =
        host.pooled(spec("pooled"), 1, item -> handled++);
    private int handedBack;

    public void offer() {
      offerOrNot(); // beside closeNow
    }

    public void offerOrNot() {
      try {
        queue.offer(1);
      } catch (ClosedException closed) {
        return;
      }
    }

    public void drain() {
      host.drain();
    }

    /** Once is enough: nothing else calls. */
    public void awaitCallAndDrain() {
      while (!host.drain()) {
        Thread.onSpinWait();
      }
    }

    public void flush() {
      HandCarried.flush(queue);
      assertEquals(1, handled);
    }

    public void pause() {
      queue.pause();
    }

    public void resume() {
      queue.resume();
    }

    public void pauseAndWait() throws InterruptedException {
      queue.pauseAndWait();
      assertEquals(false, queue.holdsCaller());
    }

    public void closeAtOnce() {
      HandCarried.closeAtOnce(queue);
    }

    public void closeNow() {
      handedBack = queue.closeNow().size();
    }

    @Validate
    public void validate() {
      host.drainAll();
      assertNull(host.fault());
      assertEquals(queue.buffer.appended(), handled + handedBack);
      assertEquals(queue.isClosed() ? 1 : 0, host.ended.get());
    }
  }

  /** Two queues that share a target on a pool. */
  public static class Family {
    private final HandCarried host = new HandCarried(new MonitorParker());
    private int handled;
    private final LockfreeDaemonQueue<Integer> target =
        host.pooled(spec("target"), 1, item -> handled++);
    private final DaemonQueue<Integer> left = target.newChild(spec("left"), item -> handled++);
    private final DaemonQueue<Integer> right = target.newChild(spec("right"), item -> handled++);

    public void left() {
      left.offer(1);
      left.offer(1);
    }

    public void right() {
      right.offer(1);
    }

    public void drain() {
      host.drain();
    }

    @Validate
    public void validate() {
      host.drainAll();
      assertNull(host.fault());
      assertEquals(3, handled);
    }
  }

  /** A thread on the state word with two of its steps the wrong way round. */
  public static class LooksFirst {
    private final Parker parker = new MonitorParker();
    private final DaemonState state = new DaemonState(false);
    private volatile boolean parked;
    private volatile @Nullable Thread thread;

    public void live() {
      thread = Thread.currentThread();
      while (!state.isCalledOrOver()) {
        parked = true;
        parker.park(this);
      }
    }

    public void wake() {
      Thread sleeper = thread;
      if (state.wake(DaemonState.ITEMS) && parked && sleeper != null) {
        parker.unpark(sleeper);
      }
    }
  }

  /** A drainer that takes one item and says that nothing is left. */
  public static class Forgets {
    private final DaemonState state = new DaemonState(false);
    private final Buffer<Integer> buffer = Buffer.bounded(4, true, new MonitorParker());
    private volatile boolean called;

    public void offer() {
      if (buffer.append(1) == Buffer.Appended.SIGNAL && state.wake(DaemonState.ITEMS)) {
        called = true;
      }
    }

    public void drain() {
      if (called && state.beginDrain() != 0) {
        buffer.poll();
        called = state.endDrain(0);
      }
    }

    @Validate
    public void validate() {
      assertEquals(true, called || buffer.isEmpty());
    }
  }
}

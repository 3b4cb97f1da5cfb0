// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.Next;
import dev.quern.Submission;
import dev.quern.spi.Parker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** Keys that become busy and idle: none is lost, none runs beside itself, none stays. */
public class KeyedLincheck {
  @Test
  public void aSubmissionThatMeetsTheEndOfARunIsServed() {
    Interleavings.of(Keys.class).thread("lane").thread("submit").check(700);
  }

  @Test
  public void aNewEntryDoesNotRunBesideTheOldOne() {
    Interleavings.of(Keys.class).thread("lane").thread("submit", "lane").check(1000);
  }

  @Test
  public void twoWhoFindNoEntryMakeOne() {
    Interleavings.of(Table.class).thread("add").thread("add").check(400);
  }

  @Test
  public void noKeyIsLeftInLine() {
    Interleavings.of(OneLane.class).thread("lane").thread("submit").check(700);
  }

  @Test
  public void twoWhoMeetTheSameEndMakeOneEntry() {
    Interleavings.of(Keys.class).thread("lane").thread("submit").thread("submit").check(1000);
  }

  @Test
  public void aCancellationThatMeetsALaneTakesOneRun() {
    Interleavings.of(Keys.class).thread("lane").thread("cancel", "submit").check(700);
  }

  @Test
  public void aSubmissionThatMeetsACloseIsServedOrThrows() {
    Interleavings.of(Keys.class).thread("submit").thread("close", "lane").check(700);
  }

  @Test
  public void oneReasonIsTakenAwayLast() {
    Interleavings.of(Terms.class).thread("pass", "pass").thread("pass").thread("end").check(1000);
  }

  /** A queue with one key in line. */
  public static class Keys {
    private final HandLanes lanes = new HandLanes();
    private final HandCarried host = new HandCarried(Parker.LOCK_SUPPORT);
    private final LockfreeKeyedWorkQueue<String> queue;
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger runs = new AtomicInteger();

    public Keys() {
      this(2);
    }

    Keys(int maxActive) {
      queue = lanes.queue(host, maxActive, run -> handle());
      submit();
    }

    private Next handle() {
      assertEquals(1, inside.incrementAndGet(), "runs beside itself");
      runs.incrementAndGet();
      inside.decrementAndGet();
      return Next.DONE;
    }

    public void submit() {
      try {
        if (queue.submit("key") == Submission.QUEUED) {
          accepted.incrementAndGet();
        }
      } catch (ClosedException closed) {
        assertTrue(queue.isClosed(), "thrown at before the close");
      }
    }

    public void lane() {
      lanes.run();
    }

    public void cancel() {
      if (queue.cancel("key") == Cancellation.REMOVED) {
        accepted.decrementAndGet();
      }
    }

    public void close() throws InterruptedException {
      queue.close(Duration.ZERO);
    }

    @Validate
    public void nothingIsLost() {
      lanes.runAll();
      assertEquals(accepted.get(), runs.get(), "runs, for what was accepted");
      assertEquals(0, queue.table.size(), "an idle key is remembered");
      assertNull(host.fault());
      assertEquals(queue.isClosed() ? 1 : 0, lanes.dismissed.get(), "the end of the pool");
    }
  }

  /** The same, with one lane, so that nobody else serves what it leaves. */
  public static class OneLane extends Keys {
    public OneLane() {
      super(1);
    }
  }

  /** A table that two put the same key into. */
  public static class Table {
    private final KeyTable<String> table = new KeyTable<>(() -> {});
    private final AtomicInteger added = new AtomicInteger();

    public void add() {
      assertTrue(table.enter());
      if (table.find("key") == null
          && table.add(new KeyEntry<>("key", KeyState.QUEUED, (timed, now) -> {}))) {
        added.incrementAndGet();
      }
      table.release();
    }

    @Validate
    public void thereIsOne() {
      assertEquals(1, added.get());
      assertEquals(1, table.size());
    }
  }

  /** The reasons of a queue. */
  public static class Terms {
    private final AtomicInteger finished = new AtomicInteger();
    private final KeyTable<String> table = new KeyTable<>(finished::incrementAndGet);

    public void pass() {
      if (table.enter()) {
        assertEquals(0, finished.get(), "finished with somebody inside");
        assertTrue(table.hold());
        table.release();
        table.release();
      }
    }

    public void end() {
      assertTrue(table.beginClose());
      table.release();
    }

    @Validate
    public void itIsFinishedOnce() {
      assertEquals(1, finished.get());
      assertTrue(table.isFinished());
      assertFalse(table.enter());
      assertFalse(table.hold());
    }
  }
}

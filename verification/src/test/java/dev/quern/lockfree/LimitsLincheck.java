// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.Job;
import dev.quern.PoolViewSpec;
import dev.quern.Submission;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** Views, pauses and room lose nothing: rules P17 and W25, on the classes themselves. */
public class LimitsLincheck {
  @Test
  public void aJobSubmittedWhileTheViewsWorkerLeavesRuns() {
    Interleavings.of(View.class).thread("work").thread("submitOther").check(500);
  }

  @Test
  public void jobsOfTwoSubmittersRunOnTheViewsOneWorker() {
    Interleavings.of(View.class).thread("work").thread("submit").thread("submitOther").check(500);
  }

  @Test
  public void aJobSubmittedWhileTheViewIsResumedRuns() {
    Interleavings.of(PausedView.class).thread("submitOther").thread("resume").check(500);
  }

  @Test
  public void aWorkerThatLeavesBecauseOfAPauseIsReplacedByTheResume() {
    Interleavings.of(View.class).thread("work").thread("pause", "resume").check(500);
  }

  @Test
  public void aViewThatIsClosedServesWhatItAccepted() {
    Interleavings.of(View.class).thread("work").thread("submitOther").thread("close").check(700);
  }

  @Test
  public void whoPausesAViewAndWaitsIsWoken() {
    Interleavings.of(View.class).thread("work").thread("pauseAndWait", "resume").check(500);
  }

  @Test
  public void whoFlushesAViewIsWoken() {
    Interleavings.of(View.class).thread("work").thread("flush").check(500);
  }

  @Test
  public void anItemSubmittedWhileItsQueueIsResumedRuns() {
    Interleavings.of(PausedQueue.class).thread("submit").thread("resume").check(700);
  }

  @Test
  public void aLaneThatLeavesBecauseOfAPauseIsReplacedByTheResume() {
    Interleavings.of(Queue.class).thread("lane").thread("pause", "resume").check(700);
  }

  @Test
  public void whoPausesAQueueAndWaitsIsWoken() {
    Interleavings.of(Queue.class).thread("lane").thread("pauseAndWait", "resume").check(700);
  }

  @Test
  public void whoWaitsForRoomInAViewIsWoken() {
    Interleavings.of(FullView.class).thread("submitOther").thread("work").check(500);
  }

  @Test
  public void whoWaitsForRoomInAViewIsWokenByACancellation() {
    Interleavings.of(FullView.class).thread("submitOther").thread("cancel").check(500);
  }

  @Test
  public void aRefusalIsEvidenceOfAFullRoom() {
    Interleavings.of(OneRoom.class).thread("givesBack").thread("takes").check(500);
  }

  @Test
  public void roomForOneIsClaimedByOne() {
    Interleavings.of(TwoForOne.class).thread("takes").thread("takes").check(500);
  }

  /** A view whose base is run by hand: {@code work} is one body of the base's job. */
  public static class View {
    final HandCarried host = new HandCarried(new MonitorParker());
    final AtomicInteger accepted = new AtomicInteger();
    final AtomicInteger ran = new AtomicInteger();
    final LockfreePoolView view =
        new LockfreePoolView(host, spec(), host, new ConcurrentHashMap<>());
    final Job job = view.newJob("job", ran::incrementAndGet);
    final Job other = view.newJob("other", ran::incrementAndGet);

    public View() {
      count(job.submit());
    }

    PoolViewSpec spec() {
      return PoolViewSpec.named("view").maxActive(1);
    }

    void count(Submission answer) {
      if (answer == Submission.QUEUED) {
        accepted.incrementAndGet();
      }
    }

    public void work() {
      host.drainAll();
    }

    public void submit() {
      count(job.submit());
    }

    public void submitOther() throws InterruptedException {
      try {
        count(other.submit());
      } catch (ClosedException closed) {
        assertTrue(view.isClosed());
      }
    }

    public void cancel() {
      if (job.cancel() == Cancellation.REMOVED) {
        accepted.decrementAndGet();
      }
    }

    public void pause() {
      view.pause();
    }

    public void pauseAndWait() throws InterruptedException {
      view.pauseAndWait();
    }

    public void flush() throws InterruptedException {
      view.flush();
    }

    public void resume() {
      view.resume();
    }

    public void close() throws InterruptedException {
      view.close(Duration.ZERO);
    }

    @Validate
    public void validate() throws InterruptedException {
      host.drainAll();
      assertEquals(accepted.get(), ran.get());
      assertNull(host.fault());
      if (view.isClosed()) {
        assertEquals(1, host.ended.get());
      }
    }
  }

  /** A view that is paused while a job waits. */
  public static class PausedView extends View {
    public PausedView() {
      host.drainAll();
      view.pause();
      count(job.submit());
    }
  }

  /** A view with one place, in which a job waits. */
  public static class FullView extends View {
    @Override
    PoolViewSpec spec() {
      return super.spec().capacity(1);
    }

    @Override
    public void submitOther() throws InterruptedException {
      count(other.submit(Duration.ofDays(365_000)));
    }
  }

  /** A work queue with one lane, which is run by hand. */
  public static class Queue {
    final HandCarried host = new HandCarried(new MonitorParker());
    final WorkCore core = HandPool.core(host);
    final AtomicInteger ran = new AtomicInteger();
    final LockfreeWork work = new LockfreeWork(core, "work", ran::incrementAndGet);

    public Queue() {
      work.submit();
    }

    public void lane() {
      host.drainAll();
    }

    public void submit() {
      work.submit();
    }

    public void pause() {
      core.pauses.pause();
    }

    public void pauseAndWait() throws InterruptedException {
      core.pauses.pause();
      assertTrue(core.waits.await(core::isResting, Deadline.NEVER));
    }

    public void resume() {
      if (core.pauses.resume() == 1) {
        core.lanes.engageAll();
      }
    }

    @Validate
    public void validate() {
      host.drainAll();
      assertNull(host.fault());
      assertEquals(1, ran.get());
      assertTrue(core.isQuiet());
    }
  }

  /** A work queue that is paused. */
  public static class PausedQueue extends Queue {
    public PausedQueue() {
      work.cancel();
      host.drainAll();
      core.pauses.pause();
    }
  }

  /** Room for one; whoever asks while another has claimed it and gives it back, gets it. */
  public static class OneRoom {
    private final Room room = new Room(1, new MonitorParker());

    public void givesBack() {
      if (room.tryClaim()) {
        room.giveBack();
      }
    }

    public void takes() {
      assertTrue(room.tryClaim(), "refused though nothing waited");
      room.settle();
    }

    @Validate
    public void validate() {
      assertEquals(1, room.runs());
    }
  }

  /** Room for one, and two who ask. */
  public static class TwoForOne {
    private final Room room = new Room(1, new MonitorParker());
    private final AtomicInteger taken = new AtomicInteger();

    public void takes() {
      if (room.tryClaim()) {
        taken.incrementAndGet();
        room.settle();
      }
    }

    @Validate
    public void validate() {
      assertEquals(1, taken.get());
      assertEquals(1, room.runs());
    }
  }
}

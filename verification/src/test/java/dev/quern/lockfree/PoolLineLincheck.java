// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The waiting line is a queue that is sealed at one instant; with runs, each job comes once. */
@Param(name = "number", gen = IntGen.class, conf = "1:5")
public class PoolLineLincheck {
  private final PoolLine line = new PoolLine(new YieldingParker());
  private final JobState job = new JobState();

  @Test
  public void itIsAQueueThatIsSealedAtOneInstant() {
    new ModelCheckingOptions()
        .iterations(8)
        .threads(3)
        .actorsPerThread(2)
        .actorsBefore(1)
        .actorsAfter(3)
        .invocationsPerIteration(Interleavings.percentOf(200))
        .sequentialSpecification(Model.class)
        .check(PoolLineLincheck.class);
  }

  @Operation
  public boolean append(@Param(name = "number") int number) {
    return line.append(new LineNode.Extra(job, number));
  }

  /** The one who has entered. */
  @Operation(nonParallelGroup = "inside")
  public long poll() {
    LineNode node = line.poll();
    return node == null ? 0 : node.stamp;
  }

  @Operation(nonParallelGroup = "inside")
  public boolean seal() {
    return line.seal();
  }

  @Operation
  public boolean isEmpty() {
    return line.isEmpty();
  }

  /** One thread at a time. */
  public static class Model {
    private final ArrayDeque<Integer> queue = new ArrayDeque<>();
    private boolean sealed;

    public boolean append(int number) {
      return !sealed && queue.add(number);
    }

    public long poll() {
      Integer first = queue.poll();
      return first == null ? 0 : first;
    }

    public boolean seal() {
      sealed |= queue.isEmpty();
      return sealed;
    }

    public boolean isEmpty() {
      return queue.isEmpty();
    }
  }

  @Test
  public void eachJobIsTakenOnceFromARunThatIsFilledAgain() {
    Interleavings.of(Stealing.class)
        .thread("fill", "takeOwn", "fill", "takeOwn")
        .thread("steal", "steal")
        .thread("steal")
        .check(800);
  }

  /** A run of two, whose owner fills it from a line of five while others steal. */
  public static class Stealing {
    private final StealableRun run = new StealableRun(2);
    private final JobState job = new JobState();
    private final AtomicIntegerArray taken = new AtomicIntegerArray(6);
    private int next = 1; // of the owner

    public void fill() {
      while (next < 6 && run.isEmpty() && run.hasRoom()) {
        run.add(new LineNode.Extra(job, next++));
        if (next < 6 && run.hasRoom()) {
          run.add(new LineNode.Extra(job, next++));
        }
        run.publish();
        return;
      }
    }

    public void takeOwn() {
      count(run.take());
    }

    public void steal() {
      count(run.take());
    }

    private void count(@Nullable LineNode node) {
      if (node != null) {
        assertTrue(node.stamp > 0 && node.stamp < 6, "not filled");
        assertEquals(1, taken.incrementAndGet((int) node.stamp), "taken twice");
      }
    }

    @Validate
    public void validate() {
      for (LineNode node; (node = run.take()) != null; ) {
        count(node);
      }
      for (int i = 1; i < next; i++) {
        assertEquals(1, taken.get(i), "lost: " + i);
      }
    }
  }

  @Test
  public void aJobCancelledAndSubmittedAgainIsServedOnceAtItsNewPlace() {
    Interleavings.of(Cancelling.class)
        .thread("submit", "submitOther", "cancel", "submit")
        .thread("serve", "serve")
        .check(800);
  }

  @Test
  public void twoWhoSubmitAndOneWhoServesLoseNoRunAndNoNode() {
    Interleavings.of(Cancelling.class)
        .thread("submit", "submit")
        .thread("submit", "cancel")
        .thread("serve")
        .check(1000);
  }

  /** One job, another in line with it, and a worker: what is accepted is run or removed. */
  public static class Cancelling {
    private final PoolLine line = new PoolLine(new YieldingParker());
    private final JobState job = new JobState();
    private final JobState other = new JobState();
    private final AtomicIntegerArray counts = new AtomicIntegerArray(3); // queued, removed, run

    public void submit() {
      submit(job);
    }

    public void submitOther() {
      submit(other);
    }

    private void submit(JobState job) {
      long old = job.ask();
      if (JobState.phase(old) == JobState.IDLE) {
        counts.incrementAndGet(0);
        line.append(job.place(old));
      } else if (JobState.phase(old) == JobState.RUNNING) {
        counts.incrementAndGet(0);
      }
    }

    public void cancel() {
      int old = JobState.phase(job.takeBack());
      if (old == JobState.WAITING || old == JobState.AGAIN) {
        counts.incrementAndGet(1);
      }
    }

    public void serve() {
      LineNode node = line.poll();
      if (node != null && node.job().begin(node)) {
        JobState runs = node.job();
        counts.incrementAndGet(2);
        long old = runs.endBody(true, true);
        if (JobState.phase(old) == JobState.AGAIN) {
          line.append(runs.place(old));
        }
      }
    }

    @Validate
    public void validate() {
      for (int i = 0; i < 6; i++) {
        serve();
      }
      assertTrue(line.isEmpty(), "the chain is a circle");
      assertTrue(job.isReleased() && other.isReleased(), "a run is owed and nobody has it");
      assertEquals(counts.get(0), counts.get(1) + counts.get(2), "queued, removed and run");
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** The word of a job against the table of {@link JobState}, told once more in plain variables. */
@Param(name = "stamp", gen = IntGen.class, conf = "1:3")
public class JobStateLincheck {
  private final JobState job = new JobState();

  @Test
  public void eachEventIsOneStep() {
    new ModelCheckingOptions()
        .iterations(10)
        .threads(2)
        .actorsPerThread(3)
        .actorsBefore(2)
        .invocationsPerIteration(Interleavings.percentOf(100))
        .sequentialSpecification(Model.class)
        .check(JobStateLincheck.class);
  }

  /** What the submitter has to do: put in line 0, nothing 1 to 3, refused 4, closed 5. */
  @Operation
  public int submit() {
    long old = job.ask();
    return JobState.isClosed(old) ? 5 : JobState.isCancelling(old) ? 4 : JobState.phase(old);
  }

  /** A worker that took a place with this stamp out of line. */
  @Operation
  public boolean begin(@Param(name = "stamp") int stamp) {
    return job.begin(new LineNode.Extra(job, stamp));
  }

  /** The end of a run and its body; -1 if there is no run. */
  @Operation
  public int end() {
    try {
      return JobState.phase(job.endBody(true, true));
    } catch (AssertionError notRunning) {
      return -1;
    }
  }

  /** The end of a body whose job submitted itself: that run begins at once, or not at all. */
  @Operation
  public boolean repeat(@Param(name = "stamp") int stamp) {
    return job.repeat(stamp);
  }

  /** done(); -1 if there is no run. */
  @Operation
  public int done() {
    try {
      return JobState.phase(job.endRun(true));
    } catch (AssertionError notRunning) {
      return -1;
    }
  }

  @Operation
  public int cancel() {
    return JobState.phase(job.takeBack());
  }

  @Operation
  public int cancelAndRefuse() {
    return JobState.phase(job.takeBackAndRefuse());
  }

  @Operation
  public void close() {
    job.shut();
  }

  @Operation
  public boolean isReleased() {
    return job.isReleased();
  }

  @Operation
  public boolean runs(@Param(name = "stamp") int stamp) {
    return job.runs(stamp);
  }

  /** One thread at a time, in plain variables. */
  public static class Model {
    private int phase;
    private int stamp;
    private int bodies;
    private boolean refuses;
    private boolean closed;

    public int submit() {
      if (closed) {
        return 5;
      }
      if (refuses) {
        return 4;
      }
      int old = phase;
      if (old == JobState.IDLE) {
        phase = JobState.WAITING;
        stamp++;
      } else if (old == JobState.RUNNING) {
        phase = JobState.AGAIN;
        stamp++;
      }
      return old;
    }

    public boolean begin(int at) {
      if (phase != JobState.WAITING || stamp != at) {
        return false;
      }
      phase = JobState.RUNNING;
      bodies++;
      return true;
    }

    public int end() {
      int old = bodies == 0 ? -1 : endRun(false);
      bodies -= old == -1 ? 0 : 1;
      return old;
    }

    public boolean repeat(int asked) {
      boolean repeats = phase == JobState.AGAIN && stamp == asked;
      phase = repeats ? JobState.RUNNING : phase;
      return repeats;
    }

    public int done() {
      return endRun(true);
    }

    private int endRun(boolean looked) {
      int old = phase;
      if (old != JobState.RUNNING && old != JobState.AGAIN) {
        return -1;
      }
      refuses = false;
      phase = JobState.IDLE;
      if (old == JobState.AGAIN && !looked) {
        phase = JobState.WAITING;
      }
      return old;
    }

    public int cancel() {
      int old = phase;
      phase = old >= JobState.RUNNING ? JobState.RUNNING : JobState.IDLE;
      return old;
    }

    public int cancelAndRefuse() {
      int old = cancel();
      refuses |= old >= JobState.RUNNING;
      return old;
    }

    public void close() {
      closed = true;
    }

    public boolean isReleased() {
      return phase == JobState.IDLE && bodies == 0;
    }

    public boolean runs(int at) {
      return phase >= JobState.RUNNING && stamp == at;
    }
  }
}

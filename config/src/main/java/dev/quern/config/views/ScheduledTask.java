// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.views;

import dev.quern.ClosedException;
import dev.quern.Submission;
import dev.quern.Work;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A task of a {@link WorkScheduler}: a future, and an item of the queue that runs it.
 *
 * <p>A periodic one has its item scheduled again at the end of each run, by the run itself. Whoever
 * cancels it, or shuts the view, comes before that step, and is seen by it, or after, and takes the
 * item's run away; what races with it looks again behind the submission.
 */
final class ScheduledTask<V extends @Nullable Object> extends FutureTask<V>
    implements RunnableScheduledFuture<V> {
  private final WorkScheduler view;
  private final Origin origin;
  private final long sequence;

  /** Positive: from one deadline to the next. Negative: from a run's end to the next. */
  private final long period;

  private volatile long time; // on the scale of the view's clock
  private boolean reporting; // before it enters the roster
  private @Nullable Work item; // before it enters the roster
  private @Nullable Throwable unreported; // on the thread of the run
  private volatile boolean withdrawn;

  ScheduledTask(
      WorkScheduler view, Origin origin, Callable<V> code, long time, long period, long sequence) {
    super(code);
    this.view = view;
    this.origin = origin;
    this.time = time;
    this.period = period;
    this.sequence = sequence;
  }

  /** Nobody looks at this future: what the task throws is reported. */
  ScheduledTask<V> reporting() {
    reporting = true;
    return this;
  }

  String label() {
    return origin.label();
  }

  void makeItem() {
    item = view.queue().newWork(label(), this::runOnItem);
  }

  private Work item() {
    return Objects.requireNonNull(item);
  }

  /** Once it is pending. Who took it out meanwhile may have come too early for the item. */
  Submission submit() {
    Submission answer = item().scheduleAt(time);
    if (withdrawn || isCancelled()) {
      view.roster().withdraw(this);
      item().cancel();
    }
    return answer;
  }

  private void runOnItem() throws Exception {
    if (!view.roster().begin(this)) {
      return;
    }
    origin.enter();
    unreported = null;
    boolean again = false;
    try {
      if (isPeriodic()) {
        again = runAndReset();
      } else {
        super.run();
      }
    } finally {
      if (!again || !submitAgain()) {
        view.roster().leave(this);
      }
    }
    Throwable thrown = unreported;
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown instanceof Exception exception) {
      throw exception;
    }
    if (thrown != null) {
      throw new ExecutionException(thrown);
    }
  }

  /** The next run of the series; false if there is none. */
  private boolean submitAgain() {
    time = period > 0 ? time + period : view.nanoTime() - period;
    if (view.roster().pend(this)) {
      try {
        if (submit() != Submission.REFUSED) {
          return true;
        }
      } catch (ClosedException closed) {
        // as a refusal: the item's queue ends
      }
    }
    cancel(false);
    return false;
  }

  /** As the item would, for whoever got it from shutdownNow; a periodic one once. */
  @Override
  public void run() {
    if (isPeriodic()) {
      runAndReset();
    } else {
      super.run();
    }
  }

  @Override
  protected void setException(Throwable thrown) {
    super.setException(thrown);
    if (reporting || isPeriodic()) {
      unreported = thrown;
    }
  }

  @Override
  protected void done() {
    if (isCancelled() && view.roster().withdraw(this)) {
      withdrawn();
    }
  }

  /** It is out of the roster, and will not run: nor need the queue keep it. */
  void withdrawn() {
    withdrawn = true;
    Work mine = item;
    if (mine != null) {
      mine.cancel();
    }
  }

  @Override
  public boolean isPeriodic() {
    return period != 0;
  }

  @Override
  public long getDelay(TimeUnit unit) {
    return unit.convert(time - view.nanoTime(), TimeUnit.NANOSECONDS);
  }

  /** By deadline, then in the order of submission. */
  @Override
  public int compareTo(Delayed other) {
    if (other instanceof ScheduledTask<?> task && task.view == view) {
      int byTime = Long.signum(time - task.time);
      return byTime != 0 ? byTime : Long.compare(sequence, task.sequence);
    }
    return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
  }

  @Override
  public String toString() {
    return label() + " (" + super.toString() + ")";
  }
}

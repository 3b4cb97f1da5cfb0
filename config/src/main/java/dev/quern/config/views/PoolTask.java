// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.views;

import dev.quern.Action;
import dev.quern.Job;
import dev.quern.Submission;
import dev.quern.ThreadPool;
import org.jspecify.annotations.Nullable;

/** A task of a {@link PoolExecutor}, the body of a job of its own. */
final class PoolTask implements Action {
  private final PoolExecutor view;
  private final Runnable command;
  private final Origin origin;
  private @Nullable Job job; // written before the task enters the roster
  private volatile boolean withdrawn;

  PoolTask(PoolExecutor view, Runnable command) {
    this.view = view;
    this.command = command;
    this.origin = Origin.of(command);
    if (command instanceof ViewFuture<?> future) {
      future.whenCancelled(this::withdraw);
    }
  }

  Runnable command() {
    return command;
  }

  String label() {
    return origin.label();
  }

  void makeJob(ThreadPool pool) {
    job = pool.newJob(label(), this);
  }

  /** Once it is in the roster. Who took it out meanwhile may have come too early for the job. */
  Submission submit() {
    Job mine = job;
    assert mine != null : "no job";
    Submission answer = mine.submit();
    if (withdrawn) {
      mine.cancel();
    }
    return answer;
  }

  @Override
  public void run() {
    if (view.roster().begin(this)) {
      try {
        origin.enter();
        command.run();
      } finally {
        view.roster().leave(this);
      }
    }
  }

  private void withdraw() {
    if (view.roster().withdraw(this)) {
      withdrawn();
    }
  }

  /** It is out of the roster, and will not run: nor need the pool keep it. */
  void withdrawn() {
    withdrawn = true;
    Job mine = job;
    if (mine != null) {
      mine.cancel();
    }
  }
}

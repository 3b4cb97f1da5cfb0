// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.spi.Host;
import dev.quern.spi.Parker;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The workers of a pool, the line in front of them, and who wakes whom (rules P3, P9, P10).
 *
 * <pre>
 *   submit     append to the line, signal
 *   signal     pop an idle worker and wake it; if there is none and there may be one more,
 *              prod the overseer
 *              if a worker lingers: nothing
 *   worker     search: own run, else enter the line and fill the run, else steal from another run;
 *              filled more than one: signal
 *              found: BUSY, then signal if anything waits; after the body SEARCHING, then its end
 *              none: linger for a moment and search again; then push itself, look whether anything waits, if so signal; park until claimed
 *   overseer   clear the prod; if at one instant a job waits and all are in bodies, start a worker;
 *              park until prodded
 * </pre>
 *
 * <p>No job waits while a worker idles, since no wake-up is lost. Each pair writes its own word,
 * then reads the other's, all in volatile mode, so one of them sees the other (Dekker):
 *
 * <ul>
 *   <li>append or publish a run, then look at the stack; push, then look at line and runs.
 *   <li>exit the line, then look at it and at the stack; push, then look whether the line is
 *       entered: who idles may leave a line to the one inside.
 *   <li>append, then find the prod set or set it; the overseer clears it, then looks at the line.
 *   <li>append or publish a run, then look whether somebody lingers; end lingering, then look at
 *       line and runs.
 *   <li>turn BUSY, then look at line and runs; the overseer looks at these, then leaves a job to
 *       whoever searches. So a searcher either finds nothing, and then nothing waited when it
 *       looked after its push, or hands the search on: one searches at a time, as many as needed
 *       come.
 *   <li>turn LEAVING, count itself out, then prod; a pop that finds the dead entry goes on to the
 *       next, at last to the overseer, whose bound the leaver no longer fills.
 * </ul>
 *
 * <p>A claimed worker is woken for no certain job: it may come too late, and idles again. What is
 * at the front of the stack after a push that looked is claimed in its stead, which may be the
 * pusher itself; so whoever is IDLE is always in the stack.
 *
 * <p>A view has no idle workers: see {@link LentWorkers}.
 *
 * <p>Progress: signal is lock-free. Workers wait for one another only at the line, see {@link
 * PoolLine}.
 */
final class PoolStaff {
  /** In place of a count: not all workers are busy. */
  static final long SOMEONE_COMES = -1;

  final PoolLine line;
  final IdleStack<PoolWorker> idle = new IdleStack<>();
  final LingerFlag lingers = new LingerFlag();
  private final Parker parker;
  private final WorkerSource overseer;

  PoolStaff(Host host, WorkerSource overseer) {
    this.parker = host.parker();
    this.line = new PoolLine(parker);
    this.overseer = overseer;
  }

  /** After an append, or where a job may wait for another reason: has a worker come for it. */
  void signal() {
    if (lingers.isSet()) {
      return; // it looks again, after it has said that it lingers no more
    }
    PoolWorker worker = idle.pop();
    if (worker != null) {
      parker.unpark(worker.thread());
    } else if (overseer.mayStart()) {
      overseer.prod();
    }
  }

  /** Whether another worker runs something or searches, as far as one look tells. */
  boolean othersAreUp(PoolWorker me) {
    AtomicReferenceArray<@Nullable PoolWorker> workers = idle.table();
    for (int i = 0; i < workers.length(); i++) {
      PoolWorker worker = workers.get(i);
      if (worker != null && worker != me && worker.state() <= WorkerState.BUSY) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a signal would have anybody come. To be asked before a look at the end of the line,
   * which costs who appends as much as who looks. Who comes to be idle later, or leaves, looks at
   * the line or has the overseer look.
   */
  boolean hasReserve() {
    return !idle.isEmpty() || overseer.mayStart();
  }

  /** Before exit of the line it was held, so that others left it alone. */
  void exitLine() {
    line.exit();
    if (!line.isEmpty()) {
      signal();
    }
  }

  /** Whether there is work that nobody sees to. */
  boolean workWaits() {
    return (!line.isEmpty() && !line.isEntered()) || runWaits();
  }

  boolean runWaits() {
    AtomicReferenceArray<@Nullable PoolWorker> workers = idle.table();
    for (int i = 0; i < workers.length(); i++) {
      PoolWorker worker = workers.get(i);
      if (worker != null && !worker.run.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** From the run of another. Null if they were all empty when looked at. */
  @Nullable LineNode steal(PoolWorker thief) {
    AtomicReferenceArray<@Nullable PoolWorker> workers = idle.table();
    int length = workers.length();
    for (int i = 0; i < length; i++) {
      PoolWorker victim = workers.get((thief.place + i) % length);
      if (victim != null && victim != thief) {
        LineNode node = victim.run.take();
        if (node != null) {
          return node;
        }
      }
    }
    return null;
  }

  /** Whether somebody looks for work, or is about to, or would be woken for it. */
  boolean someoneComes() {
    return begunIfAllBusy() == SOMEONE_COMES;
  }

  /**
   * How many runs all workers have begun, if each is inside a body. One that is so twice, and has
   * begun none between, was inside that body all the time.
   */
  long begunIfAllBusy() {
    AtomicReferenceArray<@Nullable PoolWorker> workers = idle.table();
    long begun = 0;
    for (int i = 0; i < workers.length(); i++) {
      PoolWorker worker = workers.get(i);
      if (worker != null) {
        int state = worker.state();
        if (state == WorkerState.SEARCHING || state == WorkerState.IDLE) {
          return SOMEONE_COMES;
        }
        begun += worker.tally.begun();
      }
    }
    return begun;
  }

  void forEachWorker(Consumer<PoolWorker> each) {
    AtomicReferenceArray<@Nullable PoolWorker> workers = idle.table();
    for (int i = 0; i < workers.length(); i++) {
      PoolWorker worker = workers.get(i);
      if (worker != null) {
        each.accept(worker);
      }
    }
  }

  /** Each job that waits in line or in a run; cold, it enters the line. */
  void forEachWaiting(Consumer<JobState> each) {
    line.enter();
    try {
      line.forEach(each);
      forEachWorker(
          worker ->
              worker.run.forEach(
                  node -> {
                    if (node.job().waitsAt(node)) {
                      each.accept(node.job());
                    }
                  }));
    } finally {
      exitLine();
    }
  }

  /** A place has become stale: sweeps if it is time, and nobody is in the line anyway. */
  void becameStale() {
    if (line.becameStale() && line.tryEnter()) {
      try {
        line.sweep();
      } finally {
        exitLine();
      }
    }
  }

  /** The pool is closing or broken: nobody stays idle. */
  void dismiss() {
    for (PoolWorker worker; (worker = idle.pop()) != null; ) {
      parker.unpark(worker.thread());
    }
    overseer.prod();
  }
}

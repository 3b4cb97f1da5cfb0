// SPDX-License-Identifier: Apache-2.0
package dev.quern.soak;

import dev.quern.Cancellation;
import dev.quern.ClosedException;
import dev.quern.DaemonQueue;
import dev.quern.Inlet;
import dev.quern.MisuseException;
import dev.quern.Submission;
import dev.quern.Work;
import dev.quern.soak.Parcels.Parcel;
import dev.quern.soak.Program.Step;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** One thread of a program. */
final class Actor extends Thread {
  private static final Duration SOON = Duration.ofMillis(20);

  private final World world;
  private final int number;
  private final Actor[] all;
  private final AtomicLong once;

  private interface Waiting {
    Cancellation cancel() throws InterruptedException;
  }

  Actor(World world, int number, Actor[] all, AtomicLong once) {
    super("actor" + number);
    this.world = world;
    this.number = number;
    this.all = all;
    this.once = once;
    setDaemon(true);
  }

  @Override
  public void run() {
    for (Step step : world.program.threads().get(number)) {
      try {
        perform(step);
      } catch (ClosedException expected) {
        world.journal.require(closes(), "closed, but nothing was: " + step + " " + expected);
        world.journal.note(world.journal.now(), step + ": closed");
      } catch (InterruptedException expected) {
        world.journal.note(world.journal.now(), step + ": interrupted");
      } catch (Throwable wrong) {
        StackTraceElement[] trace = wrong.getStackTrace();
        world.journal.require(
            false, step + " threw " + wrong + " at " + (trace.length > 0 ? trace[0] : "?"));
      }
      Faults.delay();
    }
  }

  private boolean closes() {
    return world.program.threads().stream()
        .flatMap(List::stream)
        .anyMatch(step -> step.verb() == Program.Verb.CLOSE);
  }

  private void perform(Step step) throws InterruptedException {
    int which = step.which();
    switch (step.verb()) {
      case QUEUE_OFFER -> offer(world.queue, world.queued, step.detail());
      case QUEUE_OFFER_ALL -> offerAll(world.queue, world.queued, step.detail());
      case QUEUE_PUT -> put(world.queue, world.queued, step.detail());
      case DAEMON_OFFER -> offer(world.daemons.get(which), world.handled.get(which), 0);
      case DAEMON_OFFER_ALL ->
          offerAll(world.daemons.get(which), world.handled.get(which), step.detail());
      case DAEMON_PUT -> put(world.daemons.get(which), world.handled.get(which), step.detail());
      case DAEMON_FLUSH -> flush(which);
      case DAEMON_PAUSE -> pause(which, false);
      case DAEMON_PAUSE_AND_WAIT -> pause(which, true);
      case WORK_SUBMIT -> submit(step, world.works.get(which)::submit);
      case WORK_SCHEDULE -> submit(step, () -> world.works.get(which).schedule(delay(step)));
      case WORK_RESCHEDULE -> submit(step, () -> world.works.get(which).reschedule(delay(step)));
      case WORK_DISABLE -> disable(which, step);
      case WORK_FLUSH -> {
        Work work = world.works.get(which);
        work.flush();
        world.workItems.get(which).flushed(number);
      }
      case WORK_QUEUE_FLUSH -> world.workQueues.get(which).flush();
      case WORK_QUEUE_DRAIN -> world.workQueues.get(which).drain();
      case JOB_SUBMIT ->
          world.jobItems.get(which).submit(number, "submit", world.jobs.get(which)::submit);
      case TASK_DISPATCH ->
          world.taskItems.get(which).submit(number, "dispatch", world.tasks.get(which)::dispatch);
      case TASK_CANCEL, WORK_CANCEL, WORK_CANCEL_AND_WAIT, JOB_CANCEL, JOB_CANCEL_AND_WAIT ->
          cancel(step);
      case DISPATCH_ONCE -> dispatchOnce();
      case CALL -> {
        int result = world.context.call(() -> step.detail());
        world.journal.require(result == step.detail(), "call answered " + result);
      }
      case BARRIER -> {
        world.context.barrier();
        world.taskItems.forEach(item -> item.flushed(number)); // those of this thread came before
      }
      case INTERRUPT -> all[which % all.length].interrupt();
      case REST -> LockSupport.parkNanos(step.detail() * 1000L);
      case CLOSE -> close(which);
      default -> throw new AssertionError(step);
    }
  }

  private static Duration delay(Step step) {
    return Duration.ofNanos(step.detail() * 4000L);
  }

  private void submit(Step step, Item.Submitting how) {
    world.workItems.get(step.which()).submit(number, step.verb().toString(), how);
  }

  private void offer(Inlet<Parcel> to, Parcels parcels, int detail) {
    Parcel parcel = parcels.make(number);
    if (detail % 3 == 1 && to.capacity() == Integer.MAX_VALUE) {
      to.add(parcel);
      parcels.accepted(parcel);
    } else if (to.offer(parcel)) {
      parcels.accepted(parcel);
    } else {
      world.journal.require(to.capacity() < Integer.MAX_VALUE, "an unbounded queue refused");
    }
  }

  private void offerAll(Inlet<Parcel> to, Parcels parcels, int detail) {
    List<Parcel> some =
        java.util.stream.Stream.generate(() -> parcels.make(number))
            .limit(Math.min(to.capacity(), 1 + detail % 3))
            .toList();
    if (to.offerAll(some)) {
      some.forEach(parcels::accepted);
    }
  }

  private void put(Inlet<Parcel> to, Parcels parcels, int detail) throws InterruptedException {
    Parcel parcel = parcels.make(number);
    if (detail % 2 == 0) {
      to.put(parcel);
      parcels.accepted(parcel);
    } else if (to.offer(parcel, SOON)) {
      parcels.accepted(parcel);
    }
  }

  private void flush(int which) throws InterruptedException {
    world.daemons.get(which).flush();
    if (!world.program.closesNow(which)) {
      world.handled.get(which).checkFlushed(number);
    }
  }

  private void pause(int which, boolean wait) throws InterruptedException {
    DaemonQueue<Parcel> queue = world.daemons.get(which);
    Parcels parcels = world.handled.get(which);
    boolean closes = world.program.closesDaemon(which);
    try {
      if (wait) {
        queue.pauseAndWait();
        int before = parcels.taken();
        LockSupport.parkNanos(100_000);
        world.journal.require(
            closes || before == parcels.taken(), parcels.name + " handled while paused");
      } else {
        queue.pause();
        Faults.delay();
      }
    } finally {
      queue.resume();
    }
  }

  private void disable(int which, Step step) {
    Work work = world.works.get(which);
    Item item = world.workItems.get(which);
    long start = item.start();
    Cancellation answer = work.disable();
    item.removal("disable", start, false, answer);
    try {
      Submission refused = item.submit(number, step.verb().toString(), work::submit);
      world.journal.require(refused == Submission.REFUSED, item.name + " disabled: " + refused);
    } finally {
      work.enable();
    }
  }

  private void cancel(Step step) throws InterruptedException {
    int which = step.which();
    switch (step.verb()) {
      case TASK_CANCEL ->
          removal(step, world.taskItems.get(which), false, world.tasks.get(which)::cancel);
      case WORK_CANCEL ->
          removal(step, world.workItems.get(which), false, world.works.get(which)::cancel);
      case WORK_CANCEL_AND_WAIT -> {
        Work work = world.works.get(which);
        removal(
            step,
            world.workItems.get(which),
            true,
            step.detail() % 4 == 0 ? () -> work.cancelAndWait(SOON) : work::cancelAndWait);
      }
      case JOB_CANCEL ->
          removal(step, world.jobItems.get(which), false, world.jobs.get(which)::cancel);
      default ->
          removal(step, world.jobItems.get(which), true, world.jobs.get(which)::cancelAndWait);
    }
  }

  private void removal(Step step, Item item, boolean waits, Waiting how)
      throws InterruptedException {
    long start = item.start();
    try {
      item.removal(step.verb().toString(), start, waits, how.cancel());
    } catch (InterruptedException interrupted) {
      item.removal(step.verb().toString(), start, false, null);
      throw interrupted;
    }
  }

  private void dispatchOnce() {
    world.context.dispatch(() -> world.inContext(once::incrementAndGet));
    all[0].dispatched.incrementAndGet();
  }

  /** Of the first thread: how many tasks were dispatched once. */
  final AtomicLong dispatched = new AtomicLong();

  private void close(int which) {
    try {
      switch (which) {
        case 0 -> world.queue.close();
        case 1, 2, 3, 12 -> world.daemons.get(which == 12 ? 3 : which - 1).close();
        case 4, 5 -> {
          int queue = which - 4;
          closing(List.of(2 * queue, 2 * queue + 1), world.workQueues.get(queue)::close);
        }
        case 6, 7 -> closing(List.of(2 * (which - 6)), world.works.get(2 * (which - 6))::close);
        case 8 -> {
          long start = world.journal.now();
          world.jobs.get(0).close();
          world.jobItems.get(0).removal("close", start, false, null);
        }
        case 9 -> world.context.close();
        case 10 -> world.queue.close();
        default -> world.daemons.get(1).closeNow().forEach(world.handled.get(1)::out);
      }
    } catch (MisuseException expected) {
      world.journal.require(which == 1, "misuse in closing " + which + ": " + expected);
    }
  }

  private void closing(List<Integer> items, Runnable close) {
    long start = world.journal.now();
    close.run();
    items.forEach(i -> world.workItems.get(i).removal("close", start, false, null));
  }
}

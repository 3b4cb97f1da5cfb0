// SPDX-License-Identifier: Apache-2.0
package dev.quern.soak;

import dev.quern.Cancellation;
import dev.quern.Submission;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The history of one work, job or task, and what must hold of it. Fields without a mode are plain
 * on purpose: the primitives have to order them (rules G2, G3).
 */
final class Item {
  private record Asked(int thread, long number, long start, long end, Submission answer) {}

  private record Removal(long start, long end, boolean waited, @Nullable Cancellation answer) {}

  private record Flush(int thread, long number, long end) {}

  private record Run(long[] seen, long start, long end) {}

  /** A submission, given the stamps by {@link #submit}. */
  interface Submitting {
    Submission ask();
  }

  final String name;
  private final Journal journal;
  private final Queue<Asked> asked = new ConcurrentLinkedQueue<>();
  private final Queue<Removal> removals = new ConcurrentLinkedQueue<>();
  private final Queue<Flush> flushes = new ConcurrentLinkedQueue<>();
  private final Queue<Run> runs = new ConcurrentLinkedQueue<>();
  private final long[] written; // each thread its own slot before a submission, read by runs
  private long begun; // written by runs, one after the other
  private boolean inside; // written by runs

  Item(String name, int threads, Journal journal) {
    this.name = name;
    this.journal = journal;
    this.written = new long[threads];
  }

  /** On thread number {@code thread}. Nothing is recorded if it throws. */
  Submission submit(int thread, String verb, Submitting submitting) {
    long start = journal.now();
    long number = ++written[thread];
    Submission answer = submitting.ask();
    long end = journal.now();
    asked.add(new Asked(thread, number, start, end, answer));
    journal.note(end, verb + " " + name + ": " + answer + " since " + start);
    return answer;
  }

  long start() {
    return journal.now();
  }

  /** A cancel, disable or close ended. No answer: it may have removed a run, nobody knows. */
  void removal(String verb, long start, boolean waited, @Nullable Cancellation answer) {
    long end = journal.now();
    @Nullable Cancellation known = answer == Cancellation.TIMED_OUT ? null : answer;
    removals.add(new Removal(start, end, waited && known != null, known));
    journal.note(end, verb + " " + name + ": " + answer + " since " + start);
  }

  /** A flush returned in time. */
  void flushed(int thread) {
    long end = journal.now();
    flushes.add(new Flush(thread, written[thread], end));
    journal.note(end, "flush " + name);
  }

  /** The start of the body: what it sees comes before it touches anything shared. */
  long[] begin() {
    long[] seen = written.clone();
    boolean overlaps = inside;
    inside = true;
    long run = ++begun;
    journal.begins(name);
    long start = journal.now();
    journal.require(!overlaps, name + " runs beside itself at " + start);
    journal.note(start, "begin " + name + " run " + run + " seeing " + Arrays.toString(seen));
    long[] all = Arrays.copyOf(seen, seen.length + 1);
    all[seen.length] = start;
    return all;
  }

  /** The end of the body. */
  void end(long[] begun) {
    long end = journal.now();
    runs.add(new Run(begun, begun[begun.length - 1], end));
    journal.note(end, "end " + name);
    inside = false;
  }

  long count(Submission answer) {
    return asked.stream().filter(a -> a.answer == answer).count();
  }

  long runs() {
    return runs.size();
  }

  /** When all is quiet. */
  void check() {
    long queued = count(Submission.QUEUED);
    long removed = removals.stream().filter(r -> r.answer == Cancellation.REMOVED).count();
    long unknown = removals.stream().filter(r -> r.answer == null).count();
    String sums =
        name
            + ": "
            + queued
            + " queued, "
            + removed
            + " removed, "
            + unknown
            + " unknown, "
            + runs.size()
            + " runs";
    journal.require(runs.size() <= queued - removed, "too many runs of " + sums);
    journal.require(runs.size() >= queued - removed - unknown, "too few runs of " + sums);
    journal.require(begun == runs.size(), "unseen runs of " + name + ": " + begun);
    asked.forEach(this::checkSubmission);
    removals.stream().filter(Removal::waited).forEach(this::checkWait);
    for (Flush flush : flushes) {
      asked.stream()
          .filter(a -> a.thread == flush.thread && a.number <= flush.number)
          .filter(a -> a.answer != Submission.REFUSED && !mayBeRemoved(a))
          .forEach(
              a ->
                  journal.require(
                      served(a, flush.end), "flush of " + name + " before " + a + " was served"));
    }
  }

  private void checkSubmission(Asked a) {
    if (a.answer != Submission.REFUSED) {
      journal.require(mayBeRemoved(a) || served(a, Long.MAX_VALUE), name + " never ran for " + a);
    }
    if (a.answer == Submission.COALESCED) {
      long before =
          asked.stream().filter(o -> o.answer == Submission.QUEUED && o.start < a.end).count();
      long begun = runs.stream().filter(r -> r.start < a.start).count();
      long removed =
          removals.stream()
              .filter(r -> r.answer == Cancellation.REMOVED && r.end < a.start)
              .count();
      journal.require(before - begun - removed >= 1, name + " had nothing pending for " + a);
    }
  }

  /** Neither pending nor running at an instant of the wait, and no earlier run afterwards. */
  private void checkWait(Removal wait) {
    for (Run run : runs) {
      journal.require(
          run.start > wait.start || run.end < wait.end,
          name + " ran from " + run.start + " to " + run.end + ", throughout " + wait);
    }
    runs.stream()
        .mapToLong(Run::start)
        .filter(start -> start > wait.end)
        .min()
        .ifPresent(
            first ->
                journal.require(
                    asked.stream()
                        .anyMatch(
                            a ->
                                a.answer == Submission.QUEUED
                                    && a.end > wait.start
                                    && a.start < first),
                    name + " ran at " + first + " for a submission before " + wait));
  }

  private boolean served(Asked a, long before) {
    return runs.stream().anyMatch(r -> r.seen[a.thread] >= a.number && r.end < before);
  }

  private boolean mayBeRemoved(Asked a) {
    return removals.stream()
        .anyMatch(r -> (r.answer == null || r.answer == Cancellation.REMOVED) && r.end > a.start);
  }
}

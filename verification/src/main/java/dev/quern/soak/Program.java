// SPDX-License-Identifier: Apache-2.0
package dev.quern.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A random program: what is made, and what each of its threads does. The seed says it all. */
record Program(
    long seed,
    int queueCapacity,
    List<Integer> daemonCapacities,
    int maxBatch,
    int maxActive,
    int maxThreads,
    int maxInline,
    boolean failingStarts,
    List<List<Step>> threads) {
  static final int DAEMONS = 4; // a thread of its own, on the pool, two children of the first
  static final int WORKS = 4; // two of a queue with maxActive, two of an ordered queue
  static final int JOBS = 2;
  static final int TASKS = 2;

  /** One call, on one object. */
  record Step(Verb verb, int which, int detail) {
    @Override
    public String toString() {
      return verb + "(" + which + "," + detail + ")";
    }
  }

  /** What a thread may do; {@code weight} says how often, {@code range} to how many objects. */
  enum Verb {
    QUEUE_OFFER(6, 1),
    QUEUE_OFFER_ALL(2, 1),
    QUEUE_PUT(2, 1),
    DAEMON_OFFER(8, DAEMONS),
    DAEMON_OFFER_ALL(2, DAEMONS),
    DAEMON_PUT(3, DAEMONS),
    DAEMON_FLUSH(2, DAEMONS),
    DAEMON_PAUSE(1, DAEMONS),
    DAEMON_PAUSE_AND_WAIT(1, DAEMONS),
    WORK_SUBMIT(8, WORKS),
    WORK_SCHEDULE(4, WORKS),
    WORK_RESCHEDULE(3, WORKS),
    WORK_CANCEL(2, WORKS),
    WORK_CANCEL_AND_WAIT(2, WORKS),
    WORK_FLUSH(2, WORKS),
    WORK_DISABLE(1, WORKS),
    WORK_QUEUE_FLUSH(1, 2),
    WORK_QUEUE_DRAIN(1, 2),
    JOB_SUBMIT(8, JOBS),
    JOB_CANCEL(2, JOBS),
    JOB_CANCEL_AND_WAIT(2, JOBS),
    TASK_DISPATCH(6, TASKS),
    TASK_CANCEL(1, TASKS),
    DISPATCH_ONCE(4, 1),
    CALL(2, 1),
    BARRIER(1, 1),
    INTERRUPT(2, 4),
    REST(3, 1),
    CLOSE(0, 13);

    final int weight;
    final int range;

    Verb(int weight, int range) {
      this.weight = weight;
      this.range = range;
    }
  }

  static Program random(long seed) {
    Random random = new Random(seed);
    int threads = 2 + random.nextInt(3);
    int steps = 10 + random.nextInt(40);
    List<List<Step>> all = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      List<Step> mine = new ArrayList<>();
      for (int i = 0; i < steps; i++) {
        Verb verb = pick(random);
        mine.add(new Step(verb, random.nextInt(verb.range), random.nextInt(1000)));
      }
      all.add(mine);
    }
    // Half of the programs close something while others use it.
    for (int closes = random.nextInt(4) - 1; closes > 0; closes--) {
      List<Step> one = all.get(random.nextInt(threads));
      one.add(
          one.size() / 2 + random.nextInt(one.size() / 2),
          new Step(Verb.CLOSE, random.nextInt(Verb.CLOSE.range), random.nextInt(1000)));
    }
    return new Program(
        seed,
        capacity(random),
        List.of(capacity(random), capacity(random), capacity(random), capacity(random)),
        1 + random.nextInt(5),
        1 + random.nextInt(3),
        1 + random.nextInt(3),
        1 + random.nextInt(4),
        random.nextInt(16) == 0,
        all);
  }

  private static int capacity(Random random) {
    return random.nextBoolean() ? 0 : 1 + random.nextInt(8);
  }

  private static Verb pick(Random random) {
    int left = random.nextInt(java.util.Arrays.stream(Verb.values()).mapToInt(v -> v.weight).sum());
    for (Verb verb : Verb.values()) {
      left -= verb.weight;
      if (left < 0) {
        return verb;
      }
    }
    throw new AssertionError();
  }

  boolean closes(int which) {
    return threads.stream()
        .flatMap(List::stream)
        .anyMatch(step -> step.verb == Verb.CLOSE && step.which == which);
  }

  boolean closesDaemon(int which) {
    return closes(which == 3 ? 12 : 1 + which) || closesNow(which);
  }

  /** Items that wait are handed back. */
  boolean closesNow(int which) {
    return which == 1 && closes(11);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append("seed ").append(seed).append(", queue ").append(queueCapacity);
    text.append(", daemons ").append(daemonCapacities).append(", maxBatch ").append(maxBatch);
    text.append(", maxActive ").append(maxActive).append(", maxThreads ").append(maxThreads);
    text.append(", maxInline ").append(maxInline).append(", failingStarts ").append(failingStarts);
    for (int i = 0; i < threads.size(); i++) {
      text.append("\n  thread ").append(i).append(": ").append(threads.get(i));
    }
    return text.toString();
  }
}

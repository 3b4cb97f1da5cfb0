// SPDX-License-Identifier: Apache-2.0
package dev.quern.soak;

import dev.quern.ClosedException;
import dev.quern.Family;
import dev.quern.Inspection;
import dev.quern.Kind;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.config.Runtimes;
import dev.quern.soak.Parcels.Parcel;
import dev.quern.spi.Provider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs random programs until the time is over, or until one does what it may not: then its seed,
 * the program and the history are printed, and the exit status is 1.
 *
 * <p>Arguments: seconds, seed, the classes of two providers.
 */
public final class Soak {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final Program program;
  private final Journal journal = new Journal();
  private final Faults faults;
  private final AtomicLong once = new AtomicLong();

  private Soak(Program program, Provider provider) {
    this.program = program;
    this.faults = new Faults(provider, program.failingStarts(), journal);
  }

  /** See the class. */
  public static void main(String[] arguments) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(Long.parseLong(arguments[0])).toNanos();
    long seed = Long.parseLong(arguments[1]);
    SplittableRandom seeds = new SplittableRandom(seed);
    System.out.println("soak: seed " + seed + ", " + arguments[2] + " and " + arguments[3]);
    long programs = 0;
    long next = seed; // the first program bears the seed itself, so that one seed repeats it
    do {
      if (!holds(Program.random(next), List.of(arguments[2], arguments[3]))) {
        System.exit(1);
      }
      programs++;
      next = seeds.nextLong();
    } while (System.nanoTime() < end);
    System.out.println("soak: " + programs + " programs on each, nothing wrong");
    System.exit(0);
  }

  private static boolean holds(Program program, List<String> providers) throws Exception {
    List<Soak> runs = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (String provider : providers) {
      Provider instance = (Provider) Class.forName(provider).getDeclaredConstructor().newInstance();
      Soak soak = new Soak(program, instance);
      runs.add(soak);
      threads.add(new Thread(soak::run, "soak-" + instance.name()));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    boolean holds = true;
    for (int i = 0; i < runs.size(); i++) {
      holds &= runs.get(i).report(providers.get(i));
    }
    TreeMap<String, Long> first = runs.get(0).journal.facts();
    TreeMap<String, Long> second = runs.get(1).journal.facts();
    if (holds && !first.equals(second)) {
      System.out.println("VIOLATION: the providers differ\n" + program);
      System.out.println(providers.get(0) + ": " + first);
      System.out.println(providers.get(1) + ": " + second);
      return false;
    }
    return holds;
  }

  private boolean report(String provider) {
    if (journal.violations().isEmpty()) {
      return true;
    }
    System.out.println("VIOLATION on " + provider + ", " + program);
    journal.lines().forEach(line -> System.out.println("    " + line));
    journal.violations().stream().limit(20).forEach(v -> System.out.println("  wrong: " + v));
    System.out.println("repeat: verification/soak 1s " + program.seed());
    return false;
  }

  private void run() {
    try {
      OpenOptions options = OpenOptions.NONE.onFailure(failure -> journal.failed(failure.cause()));
      play(Runtimes.open(faults, options));
    } catch (Throwable thrown) {
      StackTraceElement[] trace = thrown.getStackTrace();
      journal.require(false, "the program ended by " + thrown + " at " + trace[0]);
    }
  }

  private void play(Quern quern) throws InterruptedException {
    World world = new World(quern, program, journal);
    Actor[] actors = new Actor[program.threads().size()];
    for (int i = 0; i < actors.length; i++) {
      actors[i] = new Actor(world, i, actors, once);
    }
    for (Actor actor : actors) {
      actor.start();
    }
    Consumer consumer = new Consumer(world);
    consumer.start();
    world.daemons.get(1).activate();
    for (Actor actor : actors) {
      if (!ended(actor)) {
        return;
      }
    }
    consumer.finish();
    if (!ended(consumer) || !quiet(quern)) {
      return;
    }
    world.check();
    checkCounts(world, quern.inspect());
    boolean closed = program.closes(9);
    long dispatched = actors[0].dispatched.get();
    journal.require(once.get() == dispatched, "ran once: " + once + " of " + dispatched);
    if (!closed) {
      journal.fact("once", once.get());
    }
    close(quern, world);
  }

  private boolean ended(Thread thread) throws InterruptedException {
    thread.join(LONG.toMillis());
    if (thread.isAlive()) {
      journal.require(false, "hangs: " + thread.getName() + "\n      " + Faults.trace(thread));
      faults.stacks().forEach(stack -> journal.require(false, "meanwhile: " + stack));
    }
    return !thread.isAlive();
  }

  /** Waits until nothing is pending or running; then all counts are exact (rule R8). */
  private boolean quiet(Quern quern) throws InterruptedException {
    long end = System.nanoTime() + LONG.toNanos();
    int looks = 0;
    while (looks < 3) {
      boolean quiet =
          quern.inspect().families().stream()
              .allMatch(family -> family.pending() == 0 && family.running().isEmpty());
      looks = quiet ? looks + 1 : 0;
      if (System.nanoTime() > end) {
        journal.require(false, "never quiet: " + quern.inspect().families());
        faults.stacks().forEach(stack -> journal.require(false, "meanwhile: " + stack));
        return false;
      }
      Thread.sleep(1);
    }
    return true;
  }

  private void checkCounts(World world, Inspection inspection) {
    for (int i = 0; i < 2; i++) {
      String name = world.workQueues.get(i).name();
      if (program.closes(4 + i) || program.closes(6 + i)) {
        continue;
      }
      Family family = inspection.family(Kind.WORK_QUEUE, name).orElseThrow();
      long runs = world.workItems.get(2 * i).runs() + world.workItems.get(2 * i + 1).runs();
      count(name + " accepted", family.accepted(), world.sum(i, Submission.QUEUED));
      count(name + " coalesced", family.coalesced(), world.sum(i, Submission.COALESCED));
      count(name + " refused", family.refused(), world.sum(i, Submission.REFUSED));
      count(name + " completed", family.completed(), runs);
    }
    for (int i = 0; i < Program.DAEMONS; i++) {
      Parcels parcels = world.handled.get(i);
      if (!program.closesDaemon(i)) {
        Family family = inspection.family(Kind.DAEMON_QUEUE, parcels.name).orElseThrow();
        count(parcels.name + " accepted", family.accepted(), parcels.accepted());
        count(parcels.name + " completed", family.completed(), parcels.taken());
      }
    }
  }

  private void count(String what, long counted, long happened) {
    journal.require(counted == happened, what + ": counted " + counted + " of " + happened);
  }

  private void close(Quern quern, World world) throws InterruptedException {
    List<AutoCloseable> some =
        new ArrayList<>(List.of(world.queue, world.daemons.get(2), world.daemons.get(3)));
    some.addAll(world.workQueues);
    some.add(world.context);
    if (program.maxBatch() % 2 == 0) {
      for (AutoCloseable one : some) {
        try {
          one.close();
        } catch (Exception thrown) {
          journal.require(false, "close threw " + thrown);
        }
      }
    }
    List<String> unfinished = quern.close(LONG);
    journal.require(unfinished.isEmpty(), "unfinished at close: " + unfinished);
    journal.closed();
    faults.checkThreadsEnded(LONG);
    journal.checkReports();
    try {
      world.works.get(0).submit();
      journal.require(false, "submitted after close");
    } catch (ClosedException expected) {
      // as it should be
    }
    try {
      world.daemons.get(0).offer(new Parcel());
      journal.require(false, "offered after close");
    } catch (ClosedException expected) {
      // as it should be
    }
  }
}

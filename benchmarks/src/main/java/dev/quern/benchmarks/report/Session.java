// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/** One run of the command: plays the match, takes the other figures, writes the report. */
final class Session {
  private final Plan plan;
  private final Path home;
  private final Path directory;
  private final PrintStream console;
  private final Instant began = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private final long beganAt = System.nanoTime();
  private final ForeignCpu cpu = new ForeignCpu(Path.of("/proc"));
  private final List<Figure> figures = new CopyOnWriteArrayList<>();
  private final AtomicBoolean over = new AtomicBoolean();

  Session(Plan plan, Path home, Path directory, PrintStream console) {
    this.plan = plan;
    this.home = home;
    this.directory = directory;
    this.console = console;
  }

  void run() throws UserError {
    boolean terminal = Boolean.getBoolean("quern.tty");
    if (cpu.now().isEmpty()) {
      console.println("There is no /proc here: forks that others disturb cannot be told.");
    }
    Schedule schedule = plan.schedule();
    try (ForkRunner forks = new ForkRunner(plan.quick());
        Progress progress = new Progress(console, terminal, plan.rounds() * schedule.size())) {
      Match match = new Match(schedule, forks::run, cpu, plan.foreignLimit(), deadline(), progress);
      Thread interrupted = new Thread(() -> writeWhatThereIs(match), "report-at-exit");
      Runtime.getRuntime().addShutdownHook(interrupted);
      if (plan.figures()) {
        figures.addAll(new Figures(plan, console).all());
      }
      match.play(plan.rounds());
      if (over.compareAndSet(false, true)) {
        Runtime.getRuntime().removeShutdownHook(interrupted);
        write(match, false);
        console.println("wrote " + page());
      }
    }
  }

  private long deadline() {
    return plan.limitSeconds() == 0
        ? Long.MAX_VALUE
        : beganAt + plan.limitSeconds() * 1_000_000_000L;
  }

  private Path page() {
    return directory.resolve("report.html");
  }

  /** Ctrl-C. */
  private void writeWhatThereIs(Match match) {
    if (over.compareAndSet(false, true)) {
      try {
        write(match, true);
        console.println("\ninterrupted; wrote what there is to " + page());
      } catch (UserError e) {
        console.println("quern bench: " + e.getMessage());
      }
    }
  }

  private void write(Match match, boolean interrupted) throws UserError {
    Report report = report(match, interrupted);
    try {
      Files.writeString(directory.resolve("report.json"), report.toJson());
      Files.writeString(page(), Page.of(report));
    } catch (IOException e) {
      throw UserError.failed("cannot write to " + directory + ": " + e);
    }
  }

  private Report report(Match match, boolean interrupted) {
    List<Score> scores = match.scores();
    List<Fork> forks = scores.stream().flatMap(score -> score.forks().stream()).toList();
    Report.Run run =
        new Report.Run(
            System.getProperty("quern.command", "quern bench"),
            began.toString(),
            (System.nanoTime() - beganAt) / 1_000_000_000,
            plan.seed(),
            plan.quick(),
            interrupted,
            plan.rounds(),
            (int) forks.stream().filter(Fork::counts).count(),
            (int) forks.stream().filter(fork -> !fork.kept()).count(),
            (int) forks.stream().map(Fork::failure).filter(Objects::nonNull).count(),
            match.leftOut(),
            cpu.now().isEmpty() ? Double.NaN : plan.foreignLimit());
    return new Report(
        run,
        Machines.thisOne(home),
        plan.jdks().stream().map(Session::used).toList(),
        Machines.libraries(System.getProperty("java.class.path")),
        plan.jdks().stream().flatMap(jdk -> verdicts(jdk.name(), scores).stream()).toList(),
        scores,
        List.copyOf(figures));
  }

  private List<Verdict> verdicts(String jdk, List<Score> scores) {
    return Goals.all().stream().map(goal -> Verdict.of(goal, jdk, scores, figures)).toList();
  }

  private static Report.JdkUsed used(Jdk jdk) {
    return new Report.JdkUsed(
        jdk.name(), jdk.version(), jdk.vendor(), jdk.home().toString(), jdk.arguments(1));
  }
}

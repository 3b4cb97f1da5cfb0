// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line: {@code quern bench}. */
@Command(
    name = "quern bench",
    description = {
      "Measures Quern beside its neighbours, one fork at a time, and writes report.html and report.json.",
      "Close what else uses the processor: forks that others disturb are thrown away and run again."
    },
    mixinStandardHelpOptions = true,
    version = "quern 0.1.0")
public final class BenchCommand implements Callable<Integer> {
  /** Of the ten minutes that --quick may take: the rest is for building and for what runs last. */
  private static final int QUICK_SECONDS = 470;

  @Option(
      names = "--quick",
      description =
          "Within 10 minutes: the shapes of the goals, one fork each, one JDK. Proves nothing.")
  private boolean quick;

  @Option(
      names = "--goals",
      description =
          "The shapes of the goals alone, but as often and on as many JDKs as everything: an hour.")
  private boolean goals;

  @Option(
      names = "--growth",
      description = "The curves too: cost by number of timers, producers, contexts and works.")
  private boolean growth;

  @Option(
      names = "--primitive",
      paramLabel = "NAME",
      description = "Only this one, as in daemon-queue; may be repeated.")
  private List<String> primitives = new ArrayList<>();

  @Option(
      names = "--against",
      paramLabel = "LIST",
      split = ",",
      description = "Only these neighbours, as in jctools-array-drain,tpe.")
  private List<String> against = new ArrayList<>();

  @Option(
      names = "--jdk",
      paramLabel = "HOME",
      description =
          "Run on this JDK; may be repeated. Without: the running one, and a 25 beside it.")
  private List<Path> jdks = new ArrayList<>();

  @Option(
      names = "--forks",
      paramLabel = "N",
      description = "Rounds, each with one fork of everything; 5 unless said, 1 with --quick.")
  private int forks;

  @Option(
      names = "--foreign",
      paramLabel = "PERCENT",
      defaultValue = "5",
      description =
          "How much of the machine others may use during a fork; ${DEFAULT-VALUE} unless said.")
  private double foreign;

  @Option(names = "--seed", paramLabel = "N", description = "Repeats the order of an earlier run.")
  private @Nullable Long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the report goes; docs/bench of the project unless said.")
  private @Nullable Path out;

  @Option(
      names = "--list",
      description = "Says what would be run and how long it would take, and runs nothing.")
  private boolean list;

  private final PrintStream console;

  BenchCommand(PrintStream console) {
    this.console = console;
  }

  /** Started by {@code ./quern bench}. */
  public static void main(String[] args) {
    System.exit(commandLine(System.out).execute(args));
  }

  /** The command; the exit code is 0, 1 (could not be done) or 2 (wrong command). */
  static CommandLine commandLine(PrintStream console) {
    return new CommandLine(new BenchCommand(console))
        .setExecutionExceptionHandler(
            (e, line, parsed) -> {
              if (e instanceof UserError error) {
                line.getErr().println("quern bench: " + error.getMessage());
                return error.exitCode;
              }
              throw e;
            });
  }

  @Override
  public Integer call() throws UserError {
    Plan plan = plan();
    if (list) {
      plan.contests()
          .forEach(c -> console.println(c.shape() + ": " + String.join(" ", c.contenders())));
      console.println(plan);
      return 0;
    }
    Path directory = writable(out == null ? home().resolve("docs/bench") : out);
    console.println(plan + "; seed " + plan.seed());
    new Session(plan, home(), directory, console).run();
    return 0;
  }

  private Plan plan() throws UserError {
    if (forks < 0 || foreign <= 0) {
      throw UserError.usage("--forks and --foreign must be more than 0");
    }
    List<Jdk> on = jdks.isEmpty() ? Jdk.usual() : Jdk.at(jdks);
    if (quick && jdks.isEmpty()) {
      on = List.of(on.get(on.size() - 1));
    }
    long drawn = seed == null ? ThreadLocalRandom.current().nextInt(1_000_000) : seed;
    Benchmarks benchmarks = Benchmarks.found(silent(), quick);
    List<Contest> contests = Plan.contests(benchmarks, quick || goals, growth, primitives, against);
    return new Plan(
        contests,
        on,
        forks == 0 ? (quick ? 1 : 5) : forks,
        drawn,
        quick,
        foreign,
        quick ? QUICK_SECONDS : 0,
        primitives.isEmpty());
  }

  private static org.openjdk.jmh.runner.format.OutputFormat silent() {
    return OutputFormatFactory.createFormatInstance(
        new PrintStream(new ByteArrayOutputStream()), VerboseMode.SILENT);
  }

  /** The project, as the script says; else here. */
  private static Path home() {
    return Path.of(System.getProperty("quern.home", "")).toAbsolutePath();
  }

  static Path writable(Path directory) throws UserError {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw UserError.failed(
          "cannot write to " + directory + ": it is no directory and cannot be made one");
    }
    if (!Files.isWritable(directory)) {
      throw UserError.failed("cannot write to " + directory);
    }
    return directory;
  }
}

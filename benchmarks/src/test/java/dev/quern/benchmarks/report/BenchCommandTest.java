// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchCommandTest {
  @TempDir Path temp;

  private final StringWriter errors = new StringWriter();

  private int run(String... args) {
    CommandLine line =
        BenchCommand.commandLine(new PrintStream(new ByteArrayOutputStream()))
            .setErr(new PrintWriter(errors));
    return line.execute(args);
  }

  @Test
  void aFolderThatIsNoJdkIsNamed() {
    assertEquals(2, run("--jdk", temp.toString()));
    assertTrue(errors.toString().contains("no JDK at " + temp), errors::toString);
  }

  @Test
  void anOldJdkIsNamed() throws IOException {
    Path java = Files.createDirectories(temp.resolve("bin")).resolve("java");
    assertTrue(Files.createFile(java).toFile().setExecutable(true));
    Files.writeString(temp.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
    UserError error = assertThrows(UserError.class, () -> Jdk.at(temp));
    assertTrue(error.getMessage().contains("11.0.2"), error.getMessage());
  }

  @Test
  void anUnknownNameIsSaidWithThoseThatThereAre() {
    TreeSet<String> there = new TreeSet<>(List.of("queue", "work-queue"));
    UserError error =
        assertThrows(UserError.class, () -> Plan.known("primitive", List.of("quue"), there));
    assertEquals("no primitive \"quue\"; there are queue, work-queue", error.getMessage());
    assertEquals(2, error.exitCode);
  }

  @Test
  void aDirectoryThatCannotBeMadeIsNamed() throws IOException {
    Path file = Files.createFile(temp.resolve("file"));
    UserError error = assertThrows(UserError.class, () -> BenchCommand.writable(file));
    assertTrue(error.getMessage().contains(file.toString()), error.getMessage());
    assertEquals(1, error.exitCode);
  }

  @Test
  void aContestTakesInWhomACurveAdds() {
    Shape shape = new Shape("QueueBenchmark.offer");
    Contest goals = new Contest(shape, List.of("lockfree", "abq"), 1, 3);
    Contest curve = new Contest(shape, List.of("lockfree", "locked"), 1, 3);
    assertEquals(List.of("lockfree", "abq", "locked"), goals.and(curve).contenders());
  }

  @Test
  void thePlanSaysHowLongItTakes() throws UserError {
    Contest contest = new Contest(new Shape("QueueBenchmark.offer"), List.of("a", "b"), 1, 30);
    Jdk jdk = Jdk.at(Path.of(System.getProperty("java.home")));
    Plan goals = new Plan(List.of(contest), List.of(jdk), 5, 1, false, 5, 0, false);
    assertEquals(jdk.name() + "; 2 forks a round, rounds: 5; about 5 min", goals.toString());
    Plan quick = new Plan(List.of(contest), List.of(jdk), 1, 1, true, 5, 50, true);
    assertEquals(50, quick.seconds());
  }

  @Test
  void whereLatenciesAreCountedTheyAreCompared() {
    assertEquals(20, ForkRunner.main(List.of(100.0, 130.0), Map.of("p50", 20.0, "p99", 90.0)));
    assertEquals(115, ForkRunner.main(List.of(100.0, 130.0), Map.of()));
  }

  @Test
  void noForksAreNoRun() {
    assertEquals(2, run("--forks", "-1"));
    assertTrue(errors.toString().contains("--forks"), errors::toString);
  }

  @Test
  void namesOfPrimitivesAreThoseOfTheApi() {
    assertEquals("daemon-queue", new Shape("DaemonQueueBenchmark.offer").primitive());
    assertEquals("keyed-work-queue", new Shape("KeyedWorkQueueBenchmark.submit").primitive());
  }

  /** The README's commands name options that the command has. */
  @Test
  void documentedCommandsExist() throws IOException {
    for (Path document : List.of(Path.of("README.md"), Path.of("../README.md"))) {
      List<String> commands =
          Files.readString(document).lines().filter(l -> l.startsWith("./quern bench")).toList();
      assertTrue(!commands.isEmpty(), document::toString);
      CommandLine line = BenchCommand.commandLine(System.out);
      for (String command : commands) {
        String[] words = command.replaceFirst(" {2,}.*| +#.*", "").strip().split(" ");
        line.parseArgs(java.util.Arrays.copyOfRange(words, 2, words.length));
      }
    }
  }
}

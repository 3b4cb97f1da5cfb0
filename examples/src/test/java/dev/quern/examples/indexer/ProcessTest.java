// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.indexer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.examples.OnEachProvider;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The indexer as a process of its own: killed, interrupted, watching. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProcessTest {
  @TempDir Path scratch;

  static List<String> providers() {
    return OnEachProvider.World.names();
  }

  private Process start(String provider, Path tree, Path database, String... more)
      throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "index",
                tree.toString(),
                "--db",
                database.toString(),
                "--provider",
                provider));
    command.addAll(List.of(more));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static Path makeTree(Path at, int files) throws Exception {
    for (int i = 0; i < files; i++) {
      Path file = at.resolve("d" + i % 20).resolve("f" + i);
      Files.createDirectories(file.getParent());
      Files.writeString(file, ("line " + i + " of the tree\n").repeat(50));
    }
    return at;
  }

  private static List<String> dump(Path database) throws Exception {
    List<String> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      try (ResultSet check = statement.executeQuery("pragma integrity_check")) {
        check.next();
        assertEquals("ok", check.getString(1));
      }
      try (ResultSet row =
          statement.executeQuery(
              "select path, size, modified, body from file join text on text.rowid = file.id"
                  + " order by path")) {
        while (row.next()) {
          rows.add(
              row.getString(1)
                  + "|"
                  + row.getLong(2)
                  + "|"
                  + row.getLong(3)
                  + "|"
                  + row.getString(4));
        }
      }
      try (ResultSet count = statement.executeQuery("select count(*) from text")) {
        count.next();
        assertEquals(rows.size(), count.getInt(1), "texts without a file");
      }
    }
    return rows;
  }

  @ParameterizedTest(name = "[{0}]")
  @MethodSource("providers")
  void killedAtAnyMomentAndRunAgainItEndsInTheSameIndex(String provider) throws Exception {
    Path tree = makeTree(scratch.resolve("tree"), 1500);
    Path whole = scratch.resolve("whole.db");
    assertEquals(0, start(provider, tree, whole).waitFor());
    long seed = Long.getLong("indexer.seed", System.nanoTime());
    Random random = new Random(seed);
    Path broken = scratch.resolve("broken.db");
    for (int kill = 0; kill < 3; kill++) {
      Process process = start(provider, tree, broken);
      if (!process.waitFor(300 + random.nextInt(700), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
    assertEquals(0, start(provider, tree, broken).waitFor());
    assertEquals(dump(whole), dump(broken), "seed " + seed);
  }

  @ParameterizedTest(name = "[{0}]")
  @MethodSource("providers")
  void interruptedItSaysWhatWasNotDoneAndLeavesAConsistentIndex(String provider) throws Exception {
    Path tree = makeTree(scratch.resolve("tree"), 200);
    Path database = scratch.resolve("index.db");
    Process process = start(provider, tree, database, "--watch");
    try (BufferedReader out = reader(process)) {
      await(out, "watching");
      process.toHandle().destroy(); // SIGTERM, as Ctrl-C; leaves the output open
      String rest = String.join("\n", out.lines().toList());
      assertTrue(rest.contains("200 files: "), rest);
    }
    assertEquals(143, process.waitFor());
    assertEquals(200, dump(database).size());
  }

  @ParameterizedTest(name = "[{0}]")
  @MethodSource("providers")
  void watchingItFollowsCreatedChangedRenamedAndDeletedFiles(String provider) throws Exception {
    Path tree = makeTree(scratch.resolve("tree"), 3);
    Path database = scratch.resolve("index.db");
    Process process = start(provider, tree, database, "--watch");
    try (BufferedReader out = reader(process)) {
      await(out, "watching");
      Files.writeString(tree.resolve("created"), "created");
      await(out, "indexed created");
      Files.writeString(tree.resolve("created"), "created and changed");
      await(out, "indexed created");
      Files.move(tree.resolve("created"), tree.resolve("renamed"));
      awaitAll(out, "removed created", "indexed renamed");
      Files.createDirectories(tree.resolve("new/deep"));
      Files.writeString(tree.resolve("new/deep/file"), "deep");
      await(out, "indexed new/deep/file");
      Files.move(tree.resolve("new"), tree.resolve("moved"), StandardCopyOption.ATOMIC_MOVE);
      awaitAll(out, "removed new", "indexed moved/deep/file");
      Files.delete(tree.resolve("renamed"));
      await(out, "removed renamed");
      Files.writeString(tree.resolve("moved/deep/file"), "watched by its new name");
      await(out, "indexed moved/deep/file");
      Files.createDirectory(tree.resolve("renamed")); // a directory where a file was
      Files.writeString(tree.resolve("renamed/file"), "x");
      await(out, "indexed renamed/file");
    } finally {
      process.destroy();
      process.waitFor();
    }
    List<String> paths = dump(database).stream().map(row -> row.split("[|]")[0]).toList();
    assertEquals(List.of("d0/f0", "d1/f1", "d2/f2", "moved/deep/file", "renamed/file"), paths);
  }

  private static BufferedReader reader(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  private static void await(BufferedReader out, String part) throws Exception {
    awaitAll(out, part);
  }

  /** Reads until each part was in some line. */
  private static void awaitAll(BufferedReader out, String... parts) throws Exception {
    List<String> missing = new ArrayList<>(List.of(parts));
    List<String> seen = new ArrayList<>();
    while (!missing.isEmpty()) {
      String line = out.readLine();
      assertTrue(line != null, () -> missing + " not in " + seen);
      seen.add(line);
      missing.removeIf(line::contains);
    }
  }
}

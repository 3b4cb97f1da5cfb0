// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.indexer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.examples.OnEachProvider;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The indexer as its user meets it: commands in, lines and exit codes out, on every provider. */
class IndexerTest {
  @TempDir Path scratch;
  private Path tree;
  private Path database;

  @BeforeEach
  void makeTree() throws Exception {
    tree = Files.createDirectory(scratch.resolve("tree"));
    database = scratch.resolve("index.db");
  }

  static List<String> providers() {
    return OnEachProvider.World.names();
  }

  private CommandRun index(String provider, String... more) {
    return CommandRun.of(
            "index", tree.toString(), "--db", database.toString(), "--provider", provider)
        .with(more)
        .run();
  }

  private CommandRun search(String... words) {
    return CommandRun.of("search", "--db", database.toString(), "--limit", "0").with(words).run();
  }

  @ParameterizedTest(name = "[{0}]")
  @MethodSource("providers")
  void everyFileIsCountedAndFoundAgain(String provider) throws Exception {
    TreeMap<String, String> files = new TreeMap<>();
    Random random = new Random(7);
    for (int i = 0; i < 300; i++) {
      String name = "d" + random.nextInt(10) + "/e" + random.nextInt(5) + "/f" + i + ".txt";
      files.put(name, "common word" + i + "\nsecond line\n" + (i % 7 == 0 ? "seven\n" : ""));
      Path file = tree.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, files.get(name));
    }
    assertTrue(index(provider).exits(0).out().contains("300 files: 300 indexed"));
    assertTrue(search("common").exits(0).out().contains("300 lines in 300 files"));
    String expected =
        files.entrySet().stream()
            .filter(file -> file.getValue().contains("seven"))
            .map(file -> file.getKey() + ":3: seven")
            .collect(Collectors.joining("\n", "", "\n"));
    assertTrue(search("seven").exits(0).out().startsWith(expected));
    assertTrue(search("word42", "SECOND").exits(0).out().contains("2 lines in 1 files"));
    search("absent").exits(1);
  }

  @ParameterizedTest(name = "[{0}]")
  @MethodSource("providers")
  void aSecondRunReadsOnlyWhatChangedAndForgetsWhatIsGone(String provider) throws Exception {
    Files.writeString(tree.resolve("kept"), "kept");
    Files.writeString(tree.resolve("changed"), "before");
    Files.createDirectory(tree.resolve("gone"));
    Files.writeString(tree.resolve("gone/file"), "doomed");
    index(provider).exits(0);
    Files.writeString(tree.resolve("changed"), "after!");
    Files.setLastModifiedTime(
        tree.resolve("changed"), FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
    Files.delete(tree.resolve("gone/file"));
    String out = index(provider).exits(0).out();
    assertTrue(out.contains("2 files: 1 indexed, 1 unchanged, 0 skipped; 1 removed"), out);
    search("before").exits(1);
    search("doomed").exits(1);
    search("after").exits(0);
    search("kept").exits(0);
  }

  @ParameterizedTest(name = "[{0}]")
  @MethodSource("providers")
  void whatCannotBeIndexedIsCountedAndListed(String provider) throws Exception {
    Files.write(tree.resolve("binary"), new byte[] {'a', 0, 'b'});
    Files.write(tree.resolve("latin"), "caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
    Files.createSymbolicLink(tree.resolve("loop"), tree);
    Files.createSymbolicLink(tree.resolve("dangling"), tree.resolve("nowhere"));
    try (RandomAccessFile large = new RandomAccessFile(tree.resolve("large").toFile(), "rw")) {
      large.setLength(1L << 31); // sparse
    }
    assertEquals(
        0, new ProcessBuilder("mkfifo", tree.resolve("fifo").toString()).start().waitFor());
    String out = index(provider).exits(0).out();
    assertTrue(out.contains("6 files: 1 indexed, 0 unchanged, 5 skipped"), out);
    assertTrue(out.contains("1 binary, 1 too large, 3 link or special file"), out);
    assertTrue(out.contains("skipped large (too large: 2147483648 bytes)"), out);
    search("caf\u00e9").exits(0);
  }

  @ParameterizedTest(name = "[{0}]")
  @MethodSource("providers")
  void theDatabaseIsNotIndexedIntoItself(String provider) throws Exception {
    database = tree.resolve("inside.db");
    Files.writeString(tree.resolve("text"), "text");
    assertTrue(index(provider).exits(0).out().contains("1 files: 1 indexed"));
    assertTrue(index(provider).exits(0).out().contains("1 files: 0 indexed, 1 unchanged"));
  }

  @ParameterizedTest(name = "[{0}]")
  @MethodSource("providers")
  void aFileThatBecameADirectoryLeavesAndItsFilesCome(String provider) throws Exception {
    Files.writeString(tree.resolve("name"), "shallow");
    index(provider).exits(0);
    Files.delete(tree.resolve("name"));
    Files.createDirectory(tree.resolve("name"));
    Files.writeString(tree.resolve("name/file"), "deep");
    index(provider).exits(0);
    search("shallow").exits(1);
    search("deep").exits(0);
  }

  @ParameterizedTest(name = "[{0}]")
  @MethodSource("providers")
  void aDatabaseOfSomethingElseIsLeftAlone(String provider) throws Exception {
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = other.createStatement()) {
      statement.execute("create table precious(x)");
    }
    byte[] before = Files.readAllBytes(database);
    index(provider).exits(1).says("not an index of quern");
    assertArrayEquals(before, Files.readAllBytes(database));
    Files.delete(database);
    Files.writeString(tree.resolve("text"), "text");
    index(provider).exits(0);
    CommandRun.of("index", scratch.toString(), "--db", database.toString())
        .run()
        .exits(1)
        .says("the index of " + tree);
    search("text").exits(0);
  }

  @ParameterizedTest(name = "[{0}]")
  @MethodSource("providers")
  void aLockedDatabaseIsNamed(String provider) throws Exception {
    index(provider).exits(0);
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = other.createStatement()) {
      statement.execute("begin exclusive");
      String err = index(provider).exits(1).err();
      assertTrue(err.contains("locked by another process: " + database), err);
    }
    index(provider).exits(0);
  }

  @ParameterizedTest(name = "[{0}]")
  @MethodSource("providers")
  void wordsAreWordsWhateverTheQueryLanguageMakesOfThem(String provider) throws Exception {
    Files.writeString(tree.resolve("f"), "say \"NOT\" or foo-bar, AND\nfoo bar* (near)\n");
    index(provider).exits(0);
    for (String word : List.of("NOT", "foo-bar", "\"", "bar*", "(near)", "AND", "body:say")) {
      CommandRun run = search(word, "foo");
      assertFalse(run.err().contains("Exception"), run.err());
    }
    assertTrue(search("foo-bar").exits(0).out().contains("2 lines in 1 files"));
    search("NOT", "AND").exits(0);
  }

  @Test
  void wrongCommandsAreAnsweredByOneLine() throws Exception {
    Files.writeString(tree.resolve("file"), "text");
    String missing = scratch.resolve("missing").toString();
    CommandRun.of("index", missing).run().exits(2).says("no such directory: " + missing);
    CommandRun.of("index", tree.resolve("file").toString()).run().exits(2).says("not a directory");
    CommandRun.of("index", tree.toString(), "--db", database.toString(), "--provider", "nosuch")
        .run()
        .exits(2)
        .says("nosuch");
    CommandRun.of("index", tree.toString(), "--db", missing + "/x.db").run().exits(1).says(missing);
    CommandRun.of("index", tree.toString(), "--max-file-size", "0").run().exits(2).says("0");
    CommandRun.of("search", "x", "--db", missing).run().exits(2).says("no index at " + missing);
    CommandRun.of("search", "--db", missing, "--", "--").run().exits(2).says("nothing to search");
    Files.writeString(database, "this is no database, whatever its name says. ".repeat(50));
    CommandRun.of("index", tree.toString(), "--db", database.toString())
        .run()
        .exits(1)
        .says("not an index");
  }
}

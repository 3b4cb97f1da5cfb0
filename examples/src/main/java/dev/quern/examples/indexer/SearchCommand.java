// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.indexer;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Finds the files that hold all words, and shows the lines that hold any of them. */
@Command(
    name = "search",
    mixinStandardHelpOptions = true,
    description = {
      "Finds the files that hold all WORDS, in any case, and prints the lines that hold one.",
      "A word with a space or a sign in it is a phrase."
    })
final class SearchCommand implements Callable<Integer> {
  private static final char BEGIN = '\u0002'; // around each hit; no text file has them
  private static final char END = '\u0003';
  private static final int WIDTH = 160;

  @Parameters(paramLabel = "WORDS", arity = "1..*")
  private List<String> words = List.of();

  @Option(
      names = "--db",
      paramLabel = "FILE",
      description = "the database (default: ${DEFAULT-VALUE})")
  private Path database = Path.of("quern.db");

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "how many lines to print; 0: all (default: ${DEFAULT-VALUE})")
  private int limit = 100;

  @Spec private @Nullable CommandSpec spec;

  private long files;
  private long lines;

  @Override
  public Integer call() throws UserError {
    if (limit < 0) {
      throw UserError.usage("--limit is " + limit + ", must be 0 or more");
    }
    if (words.stream().noneMatch(word -> word.codePoints().anyMatch(Character::isLetterOrDigit))) {
      throw UserError.usage("nothing to search for in " + words);
    }
    if (!Files.isRegularFile(database)) {
      throw UserError.usage("no index at " + database + ": run quern index DIR first");
    }
    SQLiteConfig config = Store.config();
    config.setReadOnly(true);
    try (Connection connection = config.createConnection("jdbc:sqlite:" + location())) {
      search(connection, java.util.Objects.requireNonNull(spec).commandLine().getOut());
    } catch (SQLException e) {
      throw IndexCommand.databaseError(database, e);
    }
    return files == 0 ? 1 : 0;
  }

  /** One who may not write beside a database that no one writes reads it as it lies. */
  private String location() {
    Path directory = database.toAbsolutePath().getParent();
    boolean still = !Files.exists(Path.of(database + "-wal"));
    return still && !Files.isWritable(directory)
        ? database.toUri() + "?immutable=1"
        : database.toString();
  }

  private void search(Connection connection, PrintWriter out) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "select path, highlight(text, 0, ?, ?) from text join file on file.id = text.rowid"
                + " where text match ? order by path")) {
      query.setString(1, String.valueOf(BEGIN));
      query.setString(2, String.valueOf(END));
      query.setString(3, words.stream().map(SearchCommand::quote).collect(Collectors.joining(" ")));
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          files++;
          printLines(rows.getString(1), rows.getString(2), out);
        }
      }
    }
    if (limit > 0 && lines > limit) {
      out.println("... and " + (lines - limit) + " more lines (--limit 0 shows all)");
    }
    out.println(lines + " lines in " + files + " files");
    out.flush();
  }

  /** In quotes a word is only a word, whatever the query language makes of it. */
  private static String quote(String word) {
    return '"' + word.replace("\"", "\"\"") + '"';
  }

  private void printLines(String path, String marked, PrintWriter out) {
    int number = 0;
    boolean open = false; // a phrase may begin on one line and end on another
    for (String line : marked.split("\n", -1)) {
      number++;
      if (open || line.indexOf(BEGIN) >= 0) {
        lines++;
        if (limit == 0 || lines <= limit) {
          out.println(path + ":" + number + ": " + snippet(line));
        }
      }
      open =
          open
              ? line.lastIndexOf(END) < 0 || line.lastIndexOf(BEGIN) > line.lastIndexOf(END)
              : line.lastIndexOf(BEGIN) > line.lastIndexOf(END);
    }
  }

  /** The line, or of a long one what surrounds the first hit. */
  private static String snippet(String line) {
    int hit = Math.max(0, line.indexOf(BEGIN));
    String text = line;
    if (line.length() > WIDTH) {
      int from = Math.max(0, hit - WIDTH / 3);
      text = line.substring(from, Math.min(line.length(), from + WIDTH));
    }
    return text.replace(String.valueOf(BEGIN), "").replace(String.valueOf(END), "").strip();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.indexer;

import dev.quern.Failure;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes or refreshes the index. */
@Command(
    name = "index",
    mixinStandardHelpOptions = true,
    description = {
      "Indexes the text files under DIR; run again, it reads only what has changed.",
      "Text is UTF-8, else ISO 8859-1; a file with a NUL in front is binary. Links are not followed."
    })
final class IndexCommand implements Callable<Integer> {
  private static final int INTERRUPTED = 130;

  @Parameters(paramLabel = "DIR", description = "the directory to index")
  private Path directory = Path.of(".");

  @Option(
      names = "--db",
      paramLabel = "FILE",
      description = "the database (default: ${DEFAULT-VALUE} in the current directory)")
  private Path database = Path.of("quern.db");

  @Option(names = "--provider", paramLabel = "NAME", description = "the provider of the primitives")
  private @Nullable String provider;

  @Option(names = "--watch", description = "then follow changes until Ctrl-C")
  private boolean watch;

  @Option(
      names = "--max-file-size",
      paramLabel = "MIB",
      description = "larger files are skipped (default: ${DEFAULT-VALUE})")
  private int maxMebibytes = 16;

  @Option(names = "--list", description = "list every file that was skipped, not the first ten")
  private boolean list;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (maxMebibytes < 1 || maxMebibytes > 1024) {
      throw UserError.usage("--max-file-size is " + maxMebibytes + ", must be from 1 to 1024");
    }
    Path root = directory(directory);
    Path file = database.toAbsolutePath().normalize();
    AtomicReference<@Nullable Indexer> indexing = new AtomicReference<>();
    try (Quern quern = open(indexing)) {
      return index(quern, root, file, indexing);
    } catch (SQLException e) {
      throw databaseError(file, e);
    } catch (IOException e) {
      throw UserError.failed(e.getMessage() + ": " + file);
    }
  }

  private static Path directory(Path given) throws UserError, IOException {
    if (!Files.exists(given)) {
      throw UserError.usage("no such directory: " + given);
    }
    if (!Files.isDirectory(given)) {
      throw UserError.usage("not a directory: " + given);
    }
    if (!Files.isReadable(given)) {
      throw UserError.usage("not readable: " + given);
    }
    return given.toRealPath();
  }

  private Quern open(AtomicReference<@Nullable Indexer> indexing) {
    OpenOptions options = OpenOptions.NONE.onFailure(failure -> failed(indexing.get(), failure));
    return Quern.open(provider == null ? options : options.set("quern.provider", provider));
  }

  private static void failed(@Nullable Indexer indexer, Failure failure) {
    if (indexer != null) {
      indexer.failed(failure);
    }
  }

  private int index(Quern quern, Path root, Path file, AtomicReference<@Nullable Indexer> indexing)
      throws Exception {
    long begun = System.nanoTime();
    CountDownLatch ended = new CountDownLatch(1);
    Indexer indexer =
        new Indexer(
            quern, root, file, maxMebibytes * 1024L * 1024L, Boolean.getBoolean("indexer.tty"));
    indexing.set(indexer);
    Watcher watcher = watch ? new Watcher(quern, indexer, root, out()) : null;
    Thread hook = new Thread(() -> interrupt(indexer, watcher, ended), "interrupted");
    try {
      hook(hook);
      indexer.run();
      if (watcher != null && indexer.isGoing()) {
        Summary.print(out(), indexer.progress().totals(), begun, list);
        watcher.run();
      }
    } finally {
      try {
        if (watcher != null) {
          watcher.close();
        }
        indexer.closeWriter();
        Summary.print(out(), indexer.progress().totals(), begun, list);
        indexer.close();
      } finally {
        ended.countDown();
        unhook(hook);
      }
    }
    SQLException failure = indexer.failure();
    if (failure != null) {
      throw databaseError(file, failure);
    }
    return indexer.isGoing() ? 0 : INTERRUPTED;
  }

  private static void hook(Thread hook) {
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) {
      hook.start(); // Ctrl-C came first
    }
  }

  private static void unhook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // it runs, and ends by itself
    }
  }

  /**
   * Runs at Ctrl-C, beside the main thread, which finishes in order; the process ends when this
   * returns.
   */
  private void interrupt(Indexer indexer, @Nullable Watcher watcher, CountDownLatch ended) {
    indexer.stop();
    if (watcher != null) {
      watcher.stop();
    }
    try {
      if (!ended.await(10, TimeUnit.SECONDS)) {
        out().println("quern: gave up waiting; what was committed is in the index");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private PrintWriter out() {
    return java.util.Objects.requireNonNull(spec).commandLine().getOut();
  }

  static UserError databaseError(Path file, SQLException e) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("SQLITE_BUSY") || message.contains("SQLITE_LOCKED")) {
      return UserError.failed("database is locked by another process: " + file);
    }
    if (message.contains("SQLITE_FULL") || message.contains("SQLITE_IOERR")) {
      return UserError.failed(
          "the disk is full or failing; the index holds what was committed: " + file);
    }
    if (message.contains("SQLITE_CANTOPEN") || message.contains("SQLITE_READONLY")) {
      return UserError.failed("can't open or write the database or its directory: " + file);
    }
    if (message.contains("no such table")
        || message.contains("no such module")
        || message.contains("SQLITE_NOTADB")
        || message.contains("SQLITE_CORRUPT")) {
      return UserError.failed("not an index of quern: " + file);
    }
    return UserError.failed(message + ": " + file);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.indexer;

import dev.quern.Failure;
import dev.quern.Quern;
import dev.quern.examples.indexer.FileReader.Result;
import dev.quern.examples.indexer.Skip.Reason;
import dev.quern.examples.programs.FileScanner;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** One pass over a directory: walks, reads what changed, writes it, and removes what is gone. */
final class Indexer implements AutoCloseable {
  private final Path root;
  private final Set<Path> own; // the database's files
  private final FileReader reader;
  private final Store store;
  private final Map<String, Stamp> indexed; // as it was at the start
  private final Set<String> seen = ConcurrentHashMap.newKeySet(); // in the index from now on
  private final Set<String> unreadable = ConcurrentHashMap.newKeySet(); // directories
  private final Progress progress;
  private final Writer writer;
  private final Readers readers;
  private final FileScanner scanner;
  private volatile boolean stopped;
  private @Nullable SQLException closeFailure; // the closing thread's alone
  private volatile Runnable whenFailed = () -> {};

  Indexer(Quern quern, Path root, Path database, long maxSize, boolean drawn)
      throws SQLException, IOException {
    this.root = root;
    own = Set.of(database, Path.of(database + "-wal"), Path.of(database + "-shm"));
    reader = new FileReader(root, maxSize);
    store = Store.open(database, root);
    indexed = store.stamps();
    int parallel = Math.max(2, Runtime.getRuntime().availableProcessors());
    progress = new Progress(quern, drawn);
    writer = new Writer(quern, store, this::written, () -> whenFailed.run());
    readers = new Readers(quern, parallel, this::read);
    scanner = new FileScanner(quern, parallel, this::found);
  }

  Progress progress() {
    return progress;
  }

  Writer writer() {
    return writer;
  }

  /** What to run, on another thread, when the writer fails. */
  void whenFailed(Runnable action) {
    whenFailed = action;
  }

  /** Files of the index, as the watcher and the first pass left it. */
  Set<String> names() {
    return seen;
  }

  FileReader reader() {
    return reader;
  }

  boolean isOwn(Path file) {
    return own.contains(file);
  }

  /**
   * Indexes everything below the root. Returns when it is committed, or when it was stopped or the
   * writer failed.
   */
  void run() throws InterruptedException {
    try {
      scanner.add(root);
      scanner.await();
      scanner.close(); // the last run has reported what it could not read
      readers.await();
      if (isGoing()) {
        removeMissing();
        writer.flush();
      }
    } finally {
      progress.endBar();
    }
  }

  /**
   * Any thread: begins no further file; what was read and not written is left for the next time.
   */
  void stop() {
    stopped = true;
    scanner.cancel();
  }

  boolean isGoing() {
    return !stopped && writer.failure() == null;
  }

  private void found(Path file) throws InterruptedException {
    if (isGoing() && !isOwn(file)) {
      progress.found();
      readers.add(file);
    }
  }

  private void read(Path file) throws InterruptedException {
    if (!isGoing()) {
      return;
    }
    String name = reader.name(file);
    Result result = reader.read(file, indexed.get(name));
    if (result instanceof Result.Text text) {
      seen.add(name);
      writer.put(new Change.Put(name, text.stamp(), text.text()));
    } else if (result instanceof Result.Unchanged) {
      seen.add(name);
      progress.unchanged();
    } else if (result instanceof Result.Skipped skipped) {
      progress.skipped(skipped.skip()); // not seen: a text that became binary leaves the index
    }
  }

  private void removeMissing() throws InterruptedException {
    for (String name : indexed.keySet()) {
      if (unreadable.stream().anyMatch(directory -> isBelow(directory, name))) {
        seen.add(name);
      } else if (!seen.contains(name)) {
        writer.put(new Change.Remove(name, false)); // there may be a directory of this name now
      }
    }
  }

  static boolean isBelow(String directory, String name) {
    return directory.isEmpty() || name.startsWith(directory + "/");
  }

  private void written(List<Change> batch) {
    for (Change change : batch) {
      if (change instanceof Change.Put put) {
        progress.indexed(put.stamp().size());
      } else {
        progress.removed(1);
      }
    }
  }

  /** The runtime's failure handler: a directory that can't be read is a skip like any other. */
  void failed(Failure failure) {
    Throwable cause = failure.cause();
    if (cause instanceof DirectoryIteratorException iteration && iteration.getCause() != null) {
      cause = iteration.getCause();
    }
    if (cause instanceof FileSystemException e && e.getFile() != null) {
      String name = reader.name(Path.of(e.getFile()));
      if (!(cause instanceof NoSuchFileException)) { // else it vanished, with all below it
        unreadable.add(name);
        String why = cause instanceof AccessDeniedException ? "permission denied" : e.getReason();
        progress.skipped(new Skip(name, Reason.DIRECTORY, String.valueOf(why)));
      }
    } else {
      unreadable.add(""); // unknown what was left out, so nothing is taken for gone
      String name = failure.item().orElse(failure.primitive());
      progress.skipped(new Skip(name, Reason.DIRECTORY, cause.toString()));
    }
  }

  /** Why the index is not what it should be; null if all is well. */
  @Nullable SQLException failure() {
    SQLException failed = writer.failure();
    return failed == null ? closeFailure : failed;
  }

  /** All is committed, or after {@link #stop} what was begun; the counts are final. */
  void closeWriter() {
    scanner.close();
    readers.close();
    if (isGoing()) {
      writer.close();
    } else {
      writer.closeNow();
    }
  }

  @Override
  public void close() {
    closeWriter();
    progress.close();
    try {
      store.close();
    } catch (SQLException e) {
      closeFailure = e;
    }
  }
}

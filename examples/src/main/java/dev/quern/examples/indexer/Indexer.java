// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.indexer;

import dev.quern.Failure;
import dev.quern.Quern;
import dev.quern.examples.indexer.FileReader.Result;
import dev.quern.examples.indexer.Skip.Reason;
import dev.quern.examples.programs.FileScanner;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** One pass over a directory: walks, reads what changed, writes it, and removes what is gone. */
final class Indexer implements AutoCloseable {
  private final Path root;
  private final Set<Path> own; // the database's files
  private final FileReader reader;
  private final Store store;
  private final Map<String, Stamp> indexed;
  private final Set<String> seen = ConcurrentHashMap.newKeySet();
  private final Set<String> unreadable = ConcurrentHashMap.newKeySet(); // directories
  private final Progress progress;
  private final Writer writer;
  private final Readers readers;
  private final FileScanner scanner;
  private volatile boolean stopped;

  Indexer(Quern quern, Path root, Path database, long maxSize, boolean drawn)
      throws SQLException, IOException {
    this.root = root;
    own = Set.of(database, Path.of(database + "-wal"), Path.of(database + "-shm"));
    reader = new FileReader(root, maxSize);
    store = Store.open(database);
    indexed = store.stamps();
    int parallel = Math.max(2, Runtime.getRuntime().availableProcessors());
    progress = new Progress(quern, drawn);
    writer = new Writer(quern, store, this::written);
    readers = new Readers(quern, parallel, this::read);
    scanner = new FileScanner(quern, parallel, this::found);
  }

  Progress progress() {
    return progress;
  }

  Writer writer() {
    return writer;
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
    scanner.add(root);
    scanner.await();
    readers.await();
    if (isGoing()) {
      removeMissing();
      writer.flush();
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
      if (!seen.contains(name) && unreadable.stream().noneMatch(d -> isBelow(d, name))) {
        writer.put(new Change.Remove(name));
      }
    }
  }

  private static boolean isBelow(String directory, String name) {
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
    if (cause instanceof DirectoryIteratorException iteration) {
      cause = iteration.getCause();
    }
    String name = failure.item().orElse(failure.primitive());
    if (cause instanceof FileSystemException e && e.getFile() != null) {
      name = reader.name(Path.of(e.getFile()));
      unreadable.add(name);
    }
    progress.skipped(new Skip(name, Reason.UNREADABLE, cause.toString()));
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
      throw new IllegalStateException("the database could not be closed: " + e.getMessage(), e);
    }
  }
}

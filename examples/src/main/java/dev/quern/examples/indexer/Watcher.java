// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.indexer;

import dev.quern.Quern;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import dev.quern.examples.indexer.FileReader.Result;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Follows changes: each file that changes has a work item, put off while the file goes on changing.
 * An item coalesces and never runs beside itself, so a file is never indexed twice at once; at the
 * end all are cancelled for certain.
 */
final class Watcher {
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final int LABEL = 190;

  private final Indexer indexer;
  private final Path root;
  private final PrintWriter out;
  private final WatchService service;
  private final WorkQueue queue;
  private final Map<Path, Work> works = new ConcurrentHashMap<>();
  private volatile @Nullable String broken;

  /** Watches from now on, so that nothing is missed between the first pass and {@link #run}. */
  Watcher(Quern quern, Indexer indexer, Path root, PrintWriter out) throws IOException {
    this.indexer = indexer;
    this.root = root;
    this.out = out;
    service = root.getFileSystem().newWatchService();
    queue = quern.newWorkQueue(WorkQueueSpec.named("watch").maxActive(2));
    indexer.whenFailed(this::stop);
    register(root);
  }

  /**
   * Watches a directory and all below it; what is there already is indexed, for it may have come
   * before the watch.
   */
  private void register(Path directory) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path found, BasicFileAttributes attributes)
              throws IOException {
            try {
              WatchKey key = watch(found);
              if (!key.watchable().equals(found)) { // it was moved, and is known by its old name
                key.cancel();
                watch(found);
              }
              return FileVisitResult.CONTINUE;
            } catch (NoSuchFileException | NotDirectoryException | AccessDeniedException e) {
              return FileVisitResult
                  .SKIP_SUBTREE; // the directory above is told, or no one can read
            }
          }

          private WatchKey watch(Path found) throws IOException {
            return found.register(
                service,
                StandardWatchEventKinds.ENTRY_CREATE,
                StandardWatchEventKinds.ENTRY_MODIFY,
                StandardWatchEventKinds.ENTRY_DELETE);
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE; // it vanished, or can't be read: nothing to watch
          }

          @Override
          public FileVisitResult postVisitDirectory(Path found, @Nullable IOException e) {
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Until {@link #stop}, or the writer fails, or the root is gone. */
  void run() throws InterruptedException, UserError {
    out.println("watching " + root + ", Ctrl-C ends it");
    out.flush();
    try {
      while (indexer.isGoing()) {
        WatchKey key = service.take();
        for (WatchEvent<?> event : key.pollEvents()) {
          Path directory = (Path) key.watchable();
          // an overflow has no name: look through the whole directory
          changed(event.context() instanceof Path name ? directory.resolve(name) : directory);
        }
        if (!key.reset() && key.watchable().equals(root)) {
          throw UserError.failed("the watched directory is gone: " + root);
        }
      }
    } catch (ClosedWatchServiceException e) {
      // stopped
    }
    if (broken != null) {
      throw UserError.failed(broken);
    }
  }

  private void changed(Path path) {
    if (!indexer.isOwn(path)) {
      works.computeIfAbsent(path, this::newWork).reschedule(PAUSE);
    }
  }

  private Work newWork(Path path) {
    String name = "index " + indexer.reader().name(path);
    return queue.newWork(name.substring(0, Math.min(name.length(), LABEL)), () -> refresh(path));
  }

  private void refresh(Path path) throws InterruptedException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      try {
        refreshDirectory(path);
      } catch (IOException e) {
        broken = "can't watch any more: " + e.getMessage();
        stop();
      }
    } else {
      refreshFile(path);
    }
  }

  private void refreshDirectory(Path path) throws IOException, InterruptedException {
    String directory = indexer.reader().name(path);
    register(path);
    for (String name : indexer.names()) {
      if (Indexer.isBelow(directory, name) && !Files.exists(root.resolve(name))) {
        changed(root.resolve(name));
      }
    }
    if (indexer.names().remove(directory)) { // it was a file
      indexer.writer().put(new Change.Remove(directory, false));
    }
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            changed(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path found, @Nullable IOException e) {
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private void refreshFile(Path file) throws InterruptedException {
    String name = indexer.reader().name(file);
    Result result = indexer.reader().read(file, null);
    if (result instanceof Result.Text text) {
      indexer.names().add(name);
      indexer.writer().put(new Change.Put(name, text.stamp(), text.text()));
      say("indexed " + name);
    } else {
      indexer.names().removeIf(known -> known.equals(name) || Indexer.isBelow(name, known));
      indexer.writer().put(new Change.Remove(name, true)); // it may have been a directory
      say(
          result instanceof Result.Skipped skipped && Files.exists(file, LinkOption.NOFOLLOW_LINKS)
              ? "skipped " + skipped.skip()
              : "removed " + name);
    }
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }

  /** Any thread: ends {@link #run}. */
  void stop() {
    try {
      service.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** No file is being indexed, and none will be, when this returns. */
  void close() throws InterruptedException {
    stop();
    for (Work work : works.values()) {
      work.cancelAndWait();
    }
    queue.close();
  }
}

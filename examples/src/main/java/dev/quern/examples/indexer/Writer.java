// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.indexer;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Quern;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The only writer of the index: a bounded daemon queue, so that readers wait when the disk is
 * behind, with a transaction for each batch. After the first failure it takes nothing in any more,
 * and says so.
 */
final class Writer {
  private static final int CAPACITY = 64; // texts in memory
  private static final int KIBIBYTES = 64 * 1024; // of texts in memory, or one larger text
  private static final int BATCH = 500;

  private final Store store;
  private final Consumer<List<Change>> written;
  private final Runnable whenFailed;
  private final DaemonQueue<Change> queue;
  private final Semaphore room = new Semaphore(KIBIBYTES);
  private final List<Change> batch = new ArrayList<>(); // the drainer's alone
  private volatile @Nullable SQLException failure;

  /**
   * The consumer is told of each batch once it is committed; the other is run once at the first
   * failure.
   */
  Writer(Quern quern, Store store, Consumer<List<Change>> written, Runnable whenFailed) {
    this.store = store;
    this.written = written;
    this.whenFailed = whenFailed;
    queue =
        quern.newDaemonQueue(
            DaemonQueueSpec.bounded("writer", CAPACITY).maxBatch(BATCH),
            Handler.of(this::apply, this::commit));
  }

  /** Waits for room. */
  void put(Change change) throws InterruptedException {
    room.acquire(kibibytes(change));
    queue.put(change);
  }

  private static int kibibytes(Change change) {
    return change instanceof Change.Put put ? Math.min(KIBIBYTES, put.text().length() / 1024) : 0;
  }

  /** All that was put is committed when this returns, or {@link #failure} says why not. */
  void flush() throws InterruptedException {
    queue.flush();
  }

  /** Why nothing is written any more; null while all is well. */
  @Nullable SQLException failure() {
    return failure;
  }

  /** As {@link #flush}, and then no more. */
  void close() {
    queue.close();
  }

  /** Commits the batch begun and forgets the rest. */
  void closeNow() {
    queue.closeNow();
  }

  private void apply(Change change) {
    try {
      if (failure == null) {
        store.apply(change);
        batch.add(withoutText(change));
      }
    } catch (SQLException e) {
      fail(e);
    } catch (RuntimeException | OutOfMemoryError e) { // perhaps half applied
      fail(new SQLException(e + " while writing " + change.path(), e));
    } finally {
      room.release(kibibytes(change));
    }
  }

  private void commit() {
    if (failure == null) {
      try {
        store.commit();
        written.accept(List.copyOf(batch));
      } catch (SQLException e) {
        fail(e);
      }
    }
    batch.clear();
  }

  private void fail(SQLException e) {
    failure = e;
    try {
      store.rollback();
    } catch (SQLException again) {
      e.addSuppressed(again);
    }
    whenFailed.run();
  }

  /** A batch of 500 files needn't keep their texts. */
  private static Change withoutText(Change change) {
    return change instanceof Change.Put put ? new Change.Put(put.path(), put.stamp(), "") : change;
  }
}

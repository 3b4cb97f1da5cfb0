// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.programs;

import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Quern;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The only writer to a table: a transaction is what gathered meanwhile; rows of a failed one are
 * set aside.
 */
public final class DatabaseWriter implements AutoCloseable {
  /** A row of table note(id, text). */
  public record Note(long id, String text) {}

  private final Connection connection;
  private final PreparedStatement insert;
  private final Queue<Note> failed;
  private final DaemonQueue<Note> writer;
  private final List<Note> batch = new ArrayList<>(); // the drainer's alone

  public DatabaseWriter(Quern quern, Connection connection) throws SQLException {
    this.connection = connection;
    connection.setAutoCommit(false);
    insert = connection.prepareStatement("insert into note(id, text) values (?, ?)");
    failed = quern.newQueue(QueueSpec.unbounded("failed-notes"));
    writer =
        quern.newDaemonQueue(
            DaemonQueueSpec.bounded("note-writer", 10_000).maxBatch(500),
            Handler.of(this::add, this::commit));
  }

  /**
   * Waits while the writer is behind. The note is in the database once a later flush or close has
   * returned.
   */
  public void write(Note note) throws InterruptedException {
    writer.put(note);
  }

  /** Returns when all that was written before is committed, or set aside. */
  public void flush() throws InterruptedException {
    writer.flush();
  }

  /** The rows of failed transactions; for one thread at a time. */
  public Queue<Note> failed() {
    return failed;
  }

  private void add(Note note) throws SQLException {
    batch.add(note);
    insert.setLong(1, note.id());
    insert.setString(2, note.text());
    insert.addBatch();
  }

  private void commit() throws SQLException {
    try {
      insert.executeBatch();
      connection.commit();
    } catch (SQLException e) {
      failed.offerAll(batch);
      insert.clearBatch();
      connection.rollback();
      throw e; // reported once, with the queue's name
    } finally {
      batch.clear();
    }
  }

  /**
   * Stops at once; what was not begun is set aside. The alternative, writer.close(), writes it
   * first.
   */
  @Override
  public void close() {
    failed.offerAll(writer.closeNow());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.indexer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.SynchronousMode;

/**
 * The index: a row a file, and its text in an FTS5 table under the same row number. For one thread
 * at a time. A transaction is open from the first change to {@link #commit}; a process that dies in
 * between leaves what was committed before.
 */
final class Store implements AutoCloseable {
  private static final int BUSY_MILLIS = 3000;
  private static final int FORMAT = 1;
  private static final int APPLICATION = 0x71756572; // "quer": the file is ours

  private final Connection connection;
  private boolean begun; // a transaction
  private final PreparedStatement find;
  private final PreparedStatement addFile;
  private final PreparedStatement changeFile;
  private final PreparedStatement addText;
  private final PreparedStatement changeText;
  private final PreparedStatement removeText;
  private final PreparedStatement removeFile;

  private Store(Connection connection) throws SQLException {
    this.connection = connection;
    find = connection.prepareStatement("select id from file where path = ?");
    addFile =
        connection.prepareStatement("insert into file(path, size, modified) values (?, ?, ?)");
    changeFile = connection.prepareStatement("update file set size = ?, modified = ? where id = ?");
    addText = connection.prepareStatement("insert into text(rowid, body) values (?, ?)");
    changeText = connection.prepareStatement("update text set body = ? where rowid = ?");
    String below = "(path = ? or (path >= ? || '/' and path < ? || '0'))"; // '0' follows '/'
    removeText =
        connection.prepareStatement(
            "delete from text where rowid in (select id from file where " + below + ")");
    removeFile = connection.prepareStatement("delete from file where " + below);
  }

  /**
   * Opens the index of the root for writing, and makes it if need be. A database of something else,
   * or the index of another directory, is left alone.
   */
  static Store open(Path file, Path root) throws SQLException, IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      throw new IOException("no such directory: " + parent);
    }
    SQLiteConfig config = config();
    config.setSynchronous(
        SynchronousMode.NORMAL); // a kill loses nothing; a power cut perhaps a batch
    Connection connection = config.createConnection("jdbc:sqlite:" + file);
    try {
      prepare(connection, root.toString());
      create(connection, root.toString());
      return new Store(connection);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  static SQLiteConfig config() {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_MILLIS);
    return config;
  }

  /** Looks before it writes anything, the journal's mode included. */
  private static void prepare(Connection connection, String root) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      exists(statement, root);
      statement.execute("pragma journal_mode = wal");
    }
  }

  /** In one transaction: a process that dies here, or another beside it, does no harm. */
  private static void create(Connection connection, String root) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("begin immediate");
      if (exists(statement, root)) {
        statement.execute("commit");
        return;
      }
      statement.execute(
          "create table file(id integer primary key, path text not null unique,"
              + " size integer not null, modified integer not null)");
      statement.execute(
          "create virtual table text using fts5(body,"
              + " tokenize = 'unicode61 remove_diacritics 0')");
      statement.execute("create table about(root text not null)");
      statement.execute("pragma user_version = " + FORMAT);
      statement.execute("pragma application_id = " + APPLICATION);
    }
    try (PreparedStatement about = connection.prepareStatement("insert into about values (?)")) {
      about.setString(1, root);
      about.executeUpdate();
    }
    execute(connection, "commit");
  }

  private static boolean exists(Statement statement, String root) throws SQLException {
    if (number(statement, "select count(*) from sqlite_master") == 0) {
      return false;
    }
    if (number(statement, "pragma application_id") != APPLICATION
        || number(statement, "pragma user_version") != FORMAT) {
      throw new SQLException("SQLITE_NOTADB: a database of something else, or of another version");
    }
    try (ResultSet about = statement.executeQuery("select root from about")) {
      String indexed = about.next() ? about.getString(1) : "nothing";
      if (!indexed.equals(root)) {
        throw new SQLException(
            "the index of " + indexed + ", not of " + root + "; name another with --db");
      }
    }
    return true;
  }

  private static int number(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      return row.next() ? row.getInt(1) : 0;
    }
  }

  /** The files in the index and the stamps they had. */
  Map<String, Stamp> stamps() throws SQLException {
    Map<String, Stamp> stamps = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select path, size, modified from file")) {
      while (rows.next()) {
        stamps.put(rows.getString(1), new Stamp(rows.getLong(2), rows.getLong(3)));
      }
    }
    return stamps;
  }

  void apply(Change change) throws SQLException {
    if (!begun) {
      execute(connection, "begin immediate");
      begun = true;
    }
    if (change instanceof Change.Put put) {
      put(put);
    } else {
      remove((Change.Remove) change);
    }
  }

  private void put(Change.Put put) throws SQLException {
    find.setString(1, put.path());
    long id;
    try (ResultSet row = find.executeQuery()) {
      id = row.next() ? row.getLong(1) : 0;
    }
    if (id == 0) {
      addFile.setString(1, put.path());
      addFile.setLong(2, put.stamp().size());
      addFile.setLong(3, put.stamp().modifiedNanos());
      addFile.executeUpdate();
      try (ResultSet key = addFile.getGeneratedKeys()) {
        key.next();
        id = key.getLong(1);
      }
      addText.setLong(1, id);
      addText.setString(2, put.text());
      addText.executeUpdate();
    } else {
      changeFile.setLong(1, put.stamp().size());
      changeFile.setLong(2, put.stamp().modifiedNanos());
      changeFile.setLong(3, id);
      changeFile.executeUpdate();
      changeText.setString(1, put.text());
      changeText.setLong(2, id);
      changeText.executeUpdate();
    }
  }

  private void remove(Change.Remove remove) throws SQLException {
    String below = remove.below() ? remove.path() : null; // null: no row is below it
    for (PreparedStatement statement : new PreparedStatement[] {removeText, removeFile}) {
      statement.setString(1, remove.path());
      statement.setString(2, below);
      statement.setString(3, below);
      statement.executeUpdate();
    }
  }

  void commit() throws SQLException {
    end("commit");
  }

  void rollback() throws SQLException {
    end("rollback");
  }

  private void end(String how) throws SQLException {
    if (begun) {
      execute(connection, how);
      begun = false;
    }
  }

  /** By hand: the driver would begin the next transaction at once, and lock out all others. */
  private static void execute(Connection connection, String command) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(command);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Keeps what is logged while a test runs; java.util.logging is behind System.Logger by default. */
final class LogCapture extends Handler {
  private final List<LogRecord> records = new CopyOnWriteArrayList<>();

  List<LogRecord> records() {
    return records;
  }

  void begin() {
    Logger.getLogger("").addHandler(this);
  }

  void end() {
    Logger.getLogger("").removeHandler(this);
  }

  @Override
  public void publish(LogRecord record) {
    records.add(record);
  }

  @Override
  public void flush() {
    // Nothing is buffered.
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.indexer;

/** What the writer is handed: one file's new state. */
sealed interface Change {
  /** The path below the root, with slashes. */
  String path();

  /** The file has this text. */
  record Put(String path, Stamp stamp, String text) implements Change {}

  /** The file is gone, and with "below" everything that was in a directory of this name. */
  record Remove(String path, boolean below) implements Change {}
}

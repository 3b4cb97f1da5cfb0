// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.indexer;

/** A file that was not indexed, and why. */
record Skip(String path, Reason reason, String detail) {
  enum Reason {
    BINARY("binary"),
    TOO_LARGE("too large"),
    NOT_A_FILE("link or special file"),
    UNREADABLE("unreadable"),
    DIRECTORY("unreadable directory");

    final String label;

    Reason(String label) {
      this.label = label;
    }
  }

  @Override
  public String toString() {
    return path + " (" + reason.label + (detail.isEmpty() ? ")" : ": " + detail + ")");
  }
}

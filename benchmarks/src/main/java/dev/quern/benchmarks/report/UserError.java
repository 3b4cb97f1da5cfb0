// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

/** Something the user can mend; shown as one line, without a stack trace. */
final class UserError extends Exception {
  private static final long serialVersionUID = 1L;

  final int exitCode;

  private UserError(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /** The command was wrong. */
  static UserError usage(String message) {
    return new UserError(2, message);
  }

  /** The work could not be done. */
  static UserError failed(String message) {
    return new UserError(1, message);
  }
}

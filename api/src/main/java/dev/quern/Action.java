// SPDX-License-Identifier: Apache-2.0
package dev.quern;

/** Code to run; it may throw anything (rule G5). */
@FunctionalInterface
public interface Action {
  /** Runs once for each run owed. */
  void run() throws Exception;
}

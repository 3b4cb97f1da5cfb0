// SPDX-License-Identifier: Apache-2.0
package dev.quern;

/** What a {@link KeyedWorkQueue} does for each key. Rule W17. */
@FunctionalInterface
public interface KeyHandler<K> {
  /**
   * Does the work for the key of this run and says what comes next. Never runs twice at once for
   * one key; runs for different keys at once. What it throws is reported and counts as {@link
   * Next#RETRY}, and so does null. Rules W17, G5.
   */
  Next handle(KeyRun<K> run) throws Exception;
}

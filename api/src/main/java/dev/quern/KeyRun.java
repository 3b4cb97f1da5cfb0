// SPDX-License-Identifier: Apache-2.0
package dev.quern;

/** One run of a {@link KeyHandler}. Implemented by providers only. Rule W17. */
public interface KeyRun<K> {
  /** The key that this run is for: the one with which it was first submitted since it was idle. */
  K key();

  /**
   * Which attempt this is: 1 for the first run since the key last ended well, was given up, was
   * cancelled, or was never known; 2 for the first retry. Rule W17.
   */
  int attempt();

  /**
   * Whether a cancelAndWait for the key, or the close of the queue, waits for this run, so that it
   * may leave early. Any thread; never waits. Rule W21.
   */
  boolean isCancelling();
}

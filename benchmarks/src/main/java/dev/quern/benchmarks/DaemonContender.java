// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

/**
 * Something that brings its own consumer, ours or a neighbour's. A fork makes one, of one class. A
 * parcel that is taken is run, on the consumer's thread.
 */
interface DaemonContender extends AutoCloseable {
  /** Any thread. False if there is no room. */
  boolean offer(Parcel parcel);

  @Override
  void close();
}

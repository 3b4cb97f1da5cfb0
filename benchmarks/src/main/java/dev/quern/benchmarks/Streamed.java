// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What states of streams are made of: a fork's one queue, the crew that sends with the benchmark's
 * thread or to it, and the stream, which ages by a full collection before each iteration.
 */
abstract class Streamed<Q extends AutoCloseable> {
  Q queue;
  Crew crew;
  Stream stream;

  final void begin(Q queue, int crew, Stream stream) {
    this.queue = queue;
    this.crew = new Crew(crew);
    this.stream = stream;
  }

  /** Ages it. */
  @Setup(Level.Iteration)
  public void age() {
    System.gc();
    stream.reset();
  }

  /** Closes. */
  @TearDown
  public void close() throws Exception {
    crew.close();
    queue.close();
  }
}

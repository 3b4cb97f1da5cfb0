// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

/** Threads of neighbours: like ours they keep no virtual machine running. */
final class Daemons {
  private Daemons() {}

  static Thread thread(Runnable body) {
    Thread thread = new Thread(body, "neighbour");
    thread.setDaemon(true);
    return thread;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.views;

import org.jspecify.annotations.Nullable;

/**
 * Where a task comes from: the class of what the user passed, which names its runs, and whose
 * loader is their context loader (rule G13).
 */
record Origin(Class<?> type) {
  private static final int LONGEST = 200; // of a label (G14)

  static Origin of(Object task) {
    return task instanceof ViewFuture<?> future ? future.origin() : new Origin(task.getClass());
  }

  String label() {
    String name = type.getName().split("/", 2)[0]; // that of a lambda ends with an address
    return name.length() <= LONGEST ? name : name.substring(name.length() - LONGEST);
  }

  /** The worker resets it after each run. */
  void enter() {
    Thread thread = Thread.currentThread();
    @Nullable ClassLoader loader = type.getClassLoader();
    if (thread.getContextClassLoader() != loader) {
      thread.setContextClassLoader(loader);
    }
  }
}

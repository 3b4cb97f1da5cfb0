// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.spi.Host;
import dev.quern.spi.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The keys whose delayed runs a close removed, until somebody was told. */
final class KeyLeavings {
  private final Queue<Object> keys = new ConcurrentLinkedQueue<>();

  void add(Object key) {
    keys.add(key);
  }

  /** In words; each is told once. */
  List<String> take() {
    List<String> names = new ArrayList<>();
    for (Object key = keys.poll(); key != null; key = keys.poll()) {
      names.add(Labels.text(key));
    }
    return names;
  }

  /** For a close that returns nothing. */
  void warn(Host host, String label) {
    List<String> names = take();
    if (!names.isEmpty()) {
      String message = label + ": close() removed the delayed runs of " + names;
      host.log(System.Logger.Level.WARNING, message, null);
    }
  }
}

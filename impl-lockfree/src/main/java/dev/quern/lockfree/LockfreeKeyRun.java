// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.KeyRun;
import dev.quern.spi.Labels;

/** What a handler is told of its run. */
record LockfreeKeyRun<K>(
    LockfreeKeyedWorkQueue<K> queue, KeyEntry<K> entry, long number, int attempt)
    implements KeyRun<K> {
  @Override
  public K key() {
    return entry.key;
  }

  @Override
  public boolean isCancelling() {
    KeyState now = entry.state();
    return now.run() == number && (now.cancelling() || queue.table.isClosing());
  }

  @Override
  public String toString() {
    return queue.label() + ": key \"" + Labels.text(entry.key) + "\", attempt " + attempt;
  }
}

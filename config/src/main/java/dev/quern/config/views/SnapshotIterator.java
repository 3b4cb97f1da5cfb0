// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.views;

import java.util.Iterator;
import java.util.NoSuchElementException;

/** Walks what was queued when it was made; weakly consistent. For one thread. */
final class SnapshotIterator<E> implements Iterator<E> {
  private final BlockingView<E> view;
  private final Snapshot<E> snapshot;
  private int next;
  private boolean removable; // the item before next

  SnapshotIterator(BlockingView<E> view, Snapshot<E> snapshot) {
    this.view = view;
    this.snapshot = snapshot;
  }

  @Override
  public boolean hasNext() {
    return next < snapshot.items.size();
  }

  @Override
  public E next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    removable = true;
    return snapshot.items.get(next++);
  }

  /** Takes the item out if it is still there. */
  @Override
  public void remove() {
    if (!removable) {
      throw new IllegalStateException("remove() without next()");
    }
    removable = false;
    view.remove(snapshot, next - 1);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A list of work items, linked through the items themselves: joining and leaving cost the same in a
 * list of any length, allocate nothing, and an item that has left is not reachable through it (rule
 * G9). An item is in one list at most. Guarded by the lock of the queue.
 */
final class WorkList {
  /** What an item carries. */
  abstract static class Link {
    private @Nullable WorkList list;
    private @Nullable LockedWork previous;
    private @Nullable LockedWork next;
  }

  private @Nullable LockedWork first;
  private @Nullable LockedWork last;
  private int size;

  @Nullable LockedWork first() {
    return first;
  }

  boolean isEmpty() {
    return first == null;
  }

  int size() {
    return size;
  }

  void add(LockedWork work) {
    Link link = work;
    assert link.list == null : "in two lists";
    link.list = this;
    link.previous = last;
    if (last == null) {
      first = work;
    } else {
      ((Link) last).next = work;
    }
    last = work;
    size++;
  }

  void remove(LockedWork work) {
    Link link = work;
    assert link.list == this : "not in this list";
    LockedWork before = link.previous;
    LockedWork after = link.next;
    if (before == null) {
      first = after;
    } else {
      ((Link) before).next = after;
    }
    if (after == null) {
      last = before;
    } else {
      ((Link) after).previous = before;
    }
    link.list = null;
    link.previous = null;
    link.next = null;
    size--;
  }

  void forEach(Consumer<LockedWork> action) {
    for (LockedWork work = first; work != null; work = ((Link) work).next) {
      action.accept(work);
    }
  }
}

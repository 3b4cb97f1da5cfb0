// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The jobs that wait for a worker, first in, first out. Linked through the jobs themselves, so that
 * waiting allocates nothing and any of them is taken out in one step. Guarded by the pool's lock.
 */
final class JobLine {
  private @Nullable LockedJob first;
  private @Nullable LockedJob last;
  private int size;

  int size() {
    return size;
  }

  void add(LockedJob job) {
    assert job.before == null && job.after == null && first != job : "in line already";
    job.before = last;
    if (last == null) {
      first = job;
    } else {
      last.after = job;
    }
    last = job;
    size++;
  }

  @Nullable LockedJob poll() {
    LockedJob head = first;
    if (head != null) {
      remove(head);
    }
    return head;
  }

  void remove(LockedJob job) {
    LockedJob before = job.before;
    LockedJob after = job.after;
    if (before == null) {
      first = after;
    } else {
      before.after = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.before = before;
    }
    job.before = null;
    job.after = null;
    size--;
  }

  void forEach(Consumer<LockedJob> each) {
    for (LockedJob job = first; job != null; job = job.after) {
      each.accept(job);
    }
  }
}

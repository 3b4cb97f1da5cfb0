// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Objects by identity, each with a note, none kept alive (rule G15). The caller holds a lock around
 * every call.
 */
final class WeakMembers<T, N> {
  private final Map<Member<T>, N> notes = new LinkedHashMap<>();
  private final ReferenceQueue<T> gone = new ReferenceQueue<>();

  void add(T member, N note) {
    purge();
    notes.put(new Member<>(member, gone), note);
  }

  /** Returns its note, or null if it was no member. */
  @Nullable N remove(T member) {
    purge();
    return notes.remove(new Member<>(member, null));
  }

  /** Its note, or null if it is no member. */
  @Nullable N note(T member) {
    return notes.get(new Member<>(member, null));
  }

  boolean contains(T member) {
    return note(member) != null;
  }

  /** In the order in which they were added. */
  void forEach(BiConsumer<T, N> visitor) {
    purge();
    notes.forEach(
        (reference, note) -> {
          T member = reference.get();
          if (member != null) {
            visitor.accept(member, note);
          }
        });
  }

  List<T> snapshot() {
    List<T> all = new ArrayList<>();
    forEach((member, note) -> all.add(member));
    return all;
  }

  private void purge() {
    for (Object dead = gone.poll(); dead != null; dead = gone.poll()) {
      notes.remove(dead);
    }
  }

  private static final class Member<T> extends WeakReference<T> {
    private final int hash;

    Member(T member, @Nullable ReferenceQueue<T> queue) {
      super(member, queue);
      hash = System.identityHashCode(member);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(Object other) {
      T mine = get();
      return this == other
          || (mine != null && other instanceof Member<?> member && member.get() == mine);
    }
  }
}

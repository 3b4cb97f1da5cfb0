// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Objects by identity, each with a note, none kept alive (rule G15). The caller holds a lock around
 * every call.
 *
 * <p>There may be a million of them, so a member costs one weak reference, which is its entry and
 * bears the note, and its place in a table with open addressing that is half to three quarters full
 * of live ones: some 40 bytes. An entry does not know its hash, and once its member is gone nobody
 * does: what is dead or was removed keeps its place until the table is made anew, which happens
 * when it is full or a third of what is in it is dead. So each costs a constant number of steps,
 * counted over many.
 */
final class WeakMembers<T, N> {
  private static final int FEWEST = 16;

  private final ReferenceQueue<T> gone = new ReferenceQueue<>();
  private @Nullable Entry<T, N>[] table = newTable(FEWEST);
  private int used; // places, those of dead entries included
  private int dead;

  void add(T member, N note) {
    purge();
    if ((used + 1) * 4L > table.length * 3L) {
      rebuild();
    }
    put(member, new Entry<>(member, note, gone));
    used++;
  }

  /** Returns its note, or null if it was no member. */
  @Nullable N remove(T member) {
    purge();
    Entry<T, N> entry = find(member);
    if (entry == null) {
      return null;
    }
    N note = entry.note;
    entry.clear(); // and so it never comes to gone
    dead++;
    return note;
  }

  /** Its note, or null if it is no member. */
  @Nullable N note(T member) {
    Entry<T, N> entry = find(member);
    return entry == null ? null : entry.note;
  }

  boolean contains(T member) {
    return find(member) != null;
  }

  /** In no order. */
  void forEach(BiConsumer<T, N> visitor) {
    purge();
    for (Entry<T, N> entry : table) {
      T member = entry == null ? null : entry.get();
      if (member != null) {
        visitor.accept(member, Objects.requireNonNull(entry).note);
      }
    }
  }

  /** In no order. */
  List<T> snapshot() {
    List<T> all = new ArrayList<>();
    forEach((member, note) -> all.add(member));
    return all;
  }

  /** How many places there are, for tests. */
  int places() {
    return table.length;
  }

  private @Nullable Entry<T, N> find(T member) {
    for (int i = home(member); ; i = next(i)) {
      Entry<T, N> entry = table[i];
      if (entry == null || entry.refersTo(member)) {
        return entry;
      }
    }
  }

  private void put(T member, Entry<T, N> entry) {
    int i = home(member);
    while (table[i] != null) {
      i = next(i);
    }
    table[i] = entry;
  }

  /** The hash has 31 bits, or 25 on small machines, and is random: no mixing. */
  private int home(T member) {
    return (int) (System.identityHashCode(member) % (long) table.length);
  }

  private int next(int place) {
    return place + 1 == table.length ? 0 : place + 1;
  }

  private void purge() {
    while (gone.poll() != null) {
      dead++;
    }
    if (dead > FEWEST && dead * 3L > used) {
      rebuild();
    }
  }

  /** Half full of live ones, so that it lasts as long as there are more, or gone, by half of it. */
  private void rebuild() {
    @Nullable Entry<T, N>[] old = table;
    int live = 0;
    for (Entry<T, N> entry : old) {
      live += entry == null || entry.refersTo(null) ? 0 : 1;
    }
    table = newTable(Math.max(FEWEST, 2 * live));
    used = 0;
    for (Entry<T, N> entry : old) {
      T member = entry == null ? null : entry.get();
      if (member != null) {
        put(member, Objects.requireNonNull(entry));
        used++;
      }
    }
    dead = 0; // one that is gone since, or comes to the queue yet, is counted too often: no harm
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // no arrays of a type with parameters
  private static <T, N> @Nullable Entry<T, N>[] newTable(int places) {
    return new Entry[places];
  }

  private static final class Entry<T, N> extends WeakReference<T> {
    private final N note;

    Entry(T member, N note, ReferenceQueue<T> queue) {
      super(member, queue);
      this.note = note;
    }
  }
}

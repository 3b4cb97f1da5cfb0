// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The busy keys of a queue, and how many reasons there are for it to go on: an entry is one, and so
 * is each submission that is under way, each lane that is engaged, a close that looks for delayed
 * keys. One word counts them.
 *
 * <pre>
 *   bits     set by      cleared by  meaning
 *   CLOSING  close       never       nobody enters any more; at zero the queue is finished
 *   BROKEN   breakWith   never       nobody enters any more
 *   LARGE    a count     OVER        the map has been large, and a map never shrinks
 *   OVER     release     never       at zero, LARGE and not CLOSING: another term has begun, or will
 *   count    +1: enter, hold; -1: release
 * </pre>
 *
 * <p>Finished means: CLOSING and zero. It stays so, since enter and hold fail from then on. So who
 * is inside when the close begins is waited for, and what he submits is served or removed (G11).
 *
 * <p>A term is a word and a map. A term that is OVER is used by nobody, and whoever meets it puts a
 * new one in its place: the memory of many keys is given back as soon as no key is busy. Whoever
 * holds a count reads the term that it counts in, for a term with a count is not OVER.
 *
 * <p>Progress: lock-free.
 */
final class KeyTable<K> {
  private static final VarHandle WORD =
      ConstantBootstraps.fieldVarHandle(lookup(), "word", VarHandle.class, Term.class, long.class);
  private static final VarHandle TERM =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "term", VarHandle.class, KeyTable.class, Term.class);

  private static final long CLOSING = 1;
  private static final long BROKEN = 2;
  private static final long LARGE = 4;
  private static final long OVER = 8;
  private static final long ONE = 16;

  /** From so many reasons on the map is not kept: some 64 kB of table. */
  private static final long MANY = 8192;

  private static final class Term<K> {
    final ConcurrentMap<K, KeyEntry<K>> entries = new ConcurrentHashMap<>();
    volatile long word;

    Term(long word) {
      this.word = word;
    }

    /** Sets and counts; false if another step came between. */
    boolean step(long old, long next) {
      return WORD.compareAndSet(this, old, next);
    }
  }

  private final Runnable whenFinished;
  private volatile Term<K> term = new Term<>(0);

  /**
   * @param whenFinished run once, by whoever takes the last reason away
   */
  KeyTable(Runnable whenFinished) {
    this.whenFinished = whenFinished;
  }

  // ---- Reasons

  /** A submission begins. False if none may any more; else {@link #release} follows. */
  boolean enter() {
    return count(CLOSING | BROKEN);
  }

  /** As {@link #enter} for the queue's own doing: false only if it is finished. */
  boolean hold() {
    return count(0);
  }

  private boolean count(long unless) {
    while (true) {
      Term<K> now = term();
      long old = now.word;
      if ((old & unless) != 0 || isFinished(old)) {
        return false;
      }
      long next = old + ONE;
      if ((old & OVER) == 0 && now.step(old, next >= MANY * ONE ? next | LARGE : next)) {
        return true;
      }
    }
  }

  /** Takes back one reason. */
  void release() {
    Term<K> now = term;
    while (true) {
      long old = now.word;
      long next = old - ONE;
      boolean over = next < ONE && (next & (CLOSING | LARGE)) == LARGE;
      if (now.step(old, over ? next | OVER : next)) {
        if (isFinished(next)) {
          whenFinished.run();
        } else if (over) {
          term();
        }
        return;
      }
    }
  }

  /** The term that is not over, or was not a moment ago. */
  private Term<K> term() {
    Term<K> now = term;
    while ((now.word & OVER) != 0) {
      TERM.compareAndSet(this, now, new Term<K>(now.word & BROKEN));
      now = term;
    }
    return now;
  }

  // ---- Ends

  /** True for the first, who has a reason until {@link #release}. */
  boolean beginClose() {
    while (true) {
      Term<K> now = term();
      long old = now.word;
      if ((old & CLOSING) != 0) {
        return false;
      }
      if ((old & OVER) == 0 && now.step(old, (old | CLOSING) + ONE)) {
        return true;
      }
    }
  }

  void breakUp() {
    while (true) {
      Term<K> now = term();
      long old = now.word;
      if ((old & OVER) == 0 && now.step(old, old | BROKEN)) {
        return;
      }
    }
  }

  boolean isClosing() {
    return (term.word & CLOSING) != 0;
  }

  /** Closing or broken: nothing delayed will run any more. */
  boolean isShut() {
    return (term.word & (CLOSING | BROKEN)) != 0;
  }

  boolean isFinished() {
    return isFinished(term.word);
  }

  private static boolean isFinished(long word) {
    return (word & CLOSING) != 0 && word < ONE;
  }

  // ---- Entries, for those who have a reason

  @Nullable KeyEntry<K> find(K key) {
    return term.entries.get(key);
  }

  /** Puts it in, as a reason of its own. False if there is one for its key. */
  boolean add(KeyEntry<K> entry) {
    boolean added = false;
    hold(); // there is a reason already, so it succeeds
    try {
      added = term.entries.putIfAbsent(entry.key, entry) == null;
    } finally {
      if (!added) {
        release();
      }
    }
    return added;
  }

  /** It is gone: whoever sees it helps. */
  void remove(KeyEntry<K> entry) {
    term.entries.remove(entry.key, entry);
  }

  /** A snapshot: all that were in at the call and have stayed, for anybody. */
  Collection<KeyEntry<K>> all() {
    return term.entries.values();
  }

  long size() {
    return term.entries.size();
  }
}

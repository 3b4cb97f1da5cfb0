// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How many items were put into a buffer and taken out: who may append, and who has to signal (rules
 * Q1, Q2, Q6, Q11, Q13, Q16).
 *
 * <pre>
 *   word    bit      set by            cleared by        while it is set
 *           CLOSED   close             never             no append
 *           ARMED    new, look, arm    append            the next append has to signal
 *           epoch    restore, helpers: one more for each restore of a bounded buffer
 *           position append: how many were ever appended
 *   taken   epoch, position: how many were taken for good; the consumer's alone
 *   limit   epoch, position: a hint, the highest position that had room when someone looked
 *   head, seen  the consumer's alone, for {@link Buffer}: they lie here because of what follows
 * </pre>
 *
 * <p>What producers write and what the consumer writes lie apart, each group on cache lines of its
 * own: else each item taken would take the word away from who is about to append. An array, since
 * it alone has an order that the virtual machine keeps.
 *
 * <p>An append is one compare-and-set of the word: it takes the place, needs the buffer open, and
 * learns whether it has to signal, in one step. So nothing races with close, and of the appends
 * after an arming exactly one signals.
 *
 * <p>Invariants: taken &lt;= position, and position - taken is the size, both in one epoch. taken
 * grows but in restore, which begins an epoch: it writes taken under the new epoch, then the epoch
 * of the word, and that step is its instant. Who sees taken ahead of the word does that step for
 * it. So what was decided under an old limit fails, and none is refused for items whose restore is
 * not counted yet. Non-invariant: limit may be old, and of an old epoch; then it is not believed. A
 * producer replaces just the one that it found used up, so none that slept puts an old one back.
 *
 * <p>An exact no: the word is read, then taken. While both are of one epoch the position has only
 * grown since, so the buffer was as full when taken was read.
 *
 * <p>Positions have 40 bits, epochs 22, and go round: differences decide. To be fooled a thread
 * must sleep between two reads through exactly 2^40 appends, or through 2^22 restores without an
 * append; then the capacity is exceeded by one call, no more.
 *
 * <p>Ordering: the word is accessed in volatile mode; taken too, but for {@link #publishRelease}.
 * Progress: lock-free, a step is done again only because another one was done.
 */
class Cursors {
  /** Answers of {@link #admit}. */
  static final long SHUT = -1;

  static final long FULL = -2;

  private static final long CLOSED = 1L << 63;
  private static final long ARMED = 1L << 62;
  private static final int POSITION_BITS = 40;
  private static final long EPOCH_ONE = 1L << POSITION_BITS;
  private static final long POSITION = EPOCH_ONE - 1;
  private static final long EPOCH = ARMED - EPOCH_ONE;

  private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

  // The places of the words below: two groups, each on cache lines that nothing else lies on.
  private static final int PADDING = 16; // longs; processors fetch lines in pairs
  private static final int WORD = PADDING;
  private static final int LIMIT = WORD + 1;
  private static final int TAKEN = LIMIT + PADDING;
  private static final int HEAD = TAKEN + 1;
  private static final int SEEN = HEAD + 1;

  private final long capacity; // zero: no bound
  private final boolean fenced;
  private final long[] words = new long[SEEN + PADDING];

  private long epoch; // consumer: that of taken, in its place

  /** Of a buffer with that bound, or without one if it is zero, that begins with that position. */
  Cursors(int capacity, boolean fenced, long begin) {
    this.capacity = capacity;
    this.fenced = fenced;
    words[WORD] = ARMED | at(0, begin);
    words[LIMIT] = at(0, begin); // no room known
    words[TAKEN] = at(0, begin);
    words[HEAD] = begin;
    words[SEEN] = begin;
  }

  /** Producer: a word that has room for so many, for {@link #tryAppend}; or SHUT, or FULL. */
  final long admit(int count) {
    long[] own = words; // in locals: a volatile read makes the compiler read fields again
    long bound = capacity;
    long seen = (long) WORDS.getVolatile(own, WORD);
    if (bound == 0) {
      return seen < 0 ? SHUT : seen;
    }
    // Out of range in another epoch, in a shut buffer, or where positions go round; should it be
    // all but one round off, then the hint is of the epoch that a restore begins: the stricter one.
    long room = limitAcquire(own) - (seen & ~ARMED);
    return Long.compareUnsigned(room - count, bound) < 0 ? seen : admitExactly(count);
  }

  private long admitExactly(int count) {
    while (true) {
      long seen = word();
      if (seen < 0) {
        return SHUT;
      }
      long hint = limitAcquire(words);
      if (sameEpoch(hint, seen) && gap(hint, seen) >= count) {
        return seen;
      }
      long out = taken();
      if (sameEpoch(out, seen)) {
        long exact = at(out & EPOCH, out + capacity);
        if (exact != hint) {
          WORDS.compareAndSet(words, LIMIT, hint, exact); // a store by one who slept would go back
        }
        return gap(exact, seen) >= count ? seen : FULL;
      }
      help(out, seen);
    }
  }

  /** Producer: takes the places at the word's position, if the word is still the same. */
  final boolean tryAppend(long admitted, int count) {
    return WORDS.compareAndSet(words, WORD, admitted, at(admitted & EPOCH, admitted + count));
  }

  /** Whether the append that replaced this word has to signal. */
  static boolean isArmed(long word) {
    return (word & ARMED) != 0;
  }

  /** The place that an append on this word has. */
  static long position(long word) {
    return word & POSITION;
  }

  /**
   * Consumer, who has taken all in front of {@code head}: the end of what was appended. If that is
   * head itself the buffer was empty, and with {@code arm} is armed since.
   */
  final long look(long head, boolean arm) {
    long[] own = words;
    while (true) {
      long seen = (long) WORDS.getVolatile(own, WORD);
      long ahead = gap(seen, head);
      assert ahead >= 0 : "taken before it was appended";
      if (ahead > 0
          || !arm
          || isArmed(seen)
          || WORDS.compareAndSet(own, WORD, seen, seen | ARMED)) {
        own[SEEN] = head + ahead;
        return head + ahead;
      }
    }
  }

  /** Consumer: the end of what was appended; arms at that instant. */
  final long arm(long head) {
    long end = head + gap((long) WORDS.getAndBitwiseOr(words, WORD, ARMED), head);
    words[SEEN] = end;
    return end;
  }

  /** Consumer: so many are taken now. */
  final void publish(long position) {
    publish(words, position);
  }

  /** Consumer: has emptied the slots in front of that position, and nothing else is in front. */
  final void leave(long position) {
    long[] own = words;
    headOpaque(own, position);
    publish(own, position);
  }

  private void publish(long[] own, long position) {
    long value = at(epoch, position);
    if (fenced) {
      WORDS.setVolatile(own, TAKEN, value); // a fence: then waiting producers are looked for
    } else {
      publishRelease(own, value);
    }
  }

  /** Consumer: fewer are taken than were. */
  final void restore(long position) {
    if (capacity == 0) {
      publish(position);
      return;
    }
    epoch = (epoch + EPOCH_ONE) & EPOCH;
    long out = at(epoch, position);
    WORDS.setVolatile(words, TAKEN, out);
    limitRelease(at(epoch, position + capacity));
    for (long seen = word(); !sameEpoch(seen, out); seen = word()) {
      help(out, seen);
    }
  }

  /**
   * Any thread, again and again: from the start of the first call no append that begins is
   * accepted; one that raced with it has its place or is refused.
   */
  final void close() {
    WORDS.getAndBitwiseOr(words, WORD, CLOSED);
  }

  final boolean isClosed() {
    return word() < 0;
  }

  /**
   * Any thread (rule Q13): exact at the instant when taken was read, or at one of the appends
   * since.
   */
  final int size() {
    while (true) {
      long out = taken();
      long seen = word();
      if (sameEpoch(out, seen)) {
        return (int) Math.min(Integer.MAX_VALUE, gap(seen, out));
      }
      help(out, seen);
    }
  }

  /** Any thread: how many were ever appended, exact when quiet. */
  final long appended() {
    long headBefore = (long) WORDS.getOpaque(words, HEAD);
    return headBefore + gap(word(), headBefore);
  }

  /** Consumer: where the slots begin that still hold something. */
  final long head() {
    return words[HEAD];
  }

  /** Consumer. */
  final void moveHead(long position) {
    headOpaque(words, position);
  }

  /** Consumer: up to here items were appended when it last looked, or armed. */
  final long seen() {
    return words[SEEN];
  }

  /** The signed distance of two positions; {@code a} and {@code b} may have other bits. */
  static long gap(long a, long b) {
    return (a - b) << (Long.SIZE - POSITION_BITS) >> (Long.SIZE - POSITION_BITS);
  }

  /**
   * Does the last step of a restore that has written taken. Nothing if {@code out} is the older.
   */
  private void help(long out, long seen) {
    if ((((seen + EPOCH_ONE) ^ out) & EPOCH) == 0) {
      WORDS.compareAndSet(words, WORD, seen, (seen & ~EPOCH) | (out & EPOCH));
    }
  }

  private static boolean sameEpoch(long a, long b) {
    return ((a ^ b) & EPOCH) == 0;
  }

  private static long at(long epoch, long position) {
    return epoch | (position & POSITION);
  }

  /** Pairs with the volatile reads of taken: slots were emptied before they are used again. */
  private static void publishRelease(long[] own, long value) {
    WORDS.setRelease(own, TAKEN, value);
  }

  /** Pairs with nothing: {@link #appended} is a snapshot. */
  private static void headOpaque(long[] own, long value) {
    WORDS.setOpaque(own, HEAD, value);
  }

  /**
   * Pairs with limitRelease and the producers' CAS: what its writer knew of emptied slots is known
   * here.
   */
  private static long limitAcquire(long[] own) {
    return (long) WORDS.getAcquire(own, LIMIT);
  }

  private void limitRelease(long value) {
    WORDS.setRelease(words, LIMIT, value);
  }

  private long word() {
    return (long) WORDS.getVolatile(words, WORD);
  }

  private long taken() {
    return (long) WORDS.getVolatile(words, TAKEN);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Where the places of a ring end and begin: two numbers, of which those who enter write one, and
 * those who take write the other, each time. So they are in cache lines of their own, with nothing
 * beside them that the other side reads.
 */
final class LineEnds {
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int APART = 16; // two lines: they may be fetched in pairs
  private static final int TAIL = APART;
  private static final int HEAD = 2 * APART;

  private final long[] words = new long[3 * APART]; // through WORD

  LineEnds(long head, long tail) {
    words[HEAD] = head;
    words[TAIL] = tail;
  }

  long tail() {
    return (long) WORD.getVolatile(words, TAIL);
  }

  boolean stepTail(long old, long next) {
    return WORD.compareAndSet(words, TAIL, old, next);
  }

  long head() {
    return (long) WORD.getVolatile(words, HEAD);
  }

  boolean stepHead(long old, long next) {
    return WORD.compareAndSet(words, HEAD, old, next);
  }
}

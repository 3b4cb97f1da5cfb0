// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a queue keeps its items: any thread appends, one thread at a time takes. Appends have one
 * order, and each happens-before the taking of its item.
 *
 * <p>A buffer is armed when it is made, and whenever {@link #poll} answers null. Of the appends
 * that follow exactly one answers {@link Appended#SIGNAL}, after its item can be taken.
 */
interface Buffer<E> {
  /** What an append came to. */
  enum Appended {
    /** No room at some instant of the call; nothing changed. */
    FULL,
    /** The buffer was closed; nothing changed. */
    CLOSED,
    /** It is in. */
    QUIET,
    /** It is in, and its caller is the one to signal. */
    SIGNAL
  }

  /** Any thread. Never waits. */
  Appended append(E item);

  /**
   * Any thread: all or none, next to each other. The list is private to the call, without nulls.
   */
  Appended appendAll(List<? extends E> items);

  /** Consumer. Null only if the buffer was empty at some instant of the call; it is armed then. */
  @Nullable E poll();

  /** Consumer. Arms nothing. */
  @Nullable E peek();

  /**
   * Any thread, again and again: from the start of the first call no append that begins is
   * accepted; one that raced with it is in the buffer or answers CLOSED.
   */
  void close();

  /** Any thread (rule Q13). */
  int size();

  boolean isEmpty();

  /** How many items were ever accepted; any thread, exact when quiet. */
  long accepted();
}

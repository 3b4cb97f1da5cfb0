// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Threads by number. A number is positive, never that of two threads, virtual ones included, and
 * keeps no thread alive. Where there is Thread.threadId (JDK 19) it is asked, since a subclass may
 * override getId; constant handles cost what a call costs.
 */
final class ThreadIds {
  private static final MethodHandle ID = id();
  private static final MethodHandle IS_VIRTUAL = isVirtual();

  private ThreadIds() {}

  static long of(Thread thread) {
    try {
      return (long) ID.invokeExact(thread);
    } catch (Throwable never) {
      throw new AssertionError(never);
    }
  }

  static boolean isVirtual(Thread thread) {
    try {
      return (boolean) IS_VIRTUAL.invokeExact(thread);
    } catch (Throwable never) {
      throw new AssertionError(never);
    }
  }

  /** The live platform thread of that number; slow. */
  static @Nullable Thread platformThread(long id) {
    ThreadGroup root = Thread.currentThread().getThreadGroup();
    for (ThreadGroup up = root; up != null; up = up.getParent()) {
      root = up;
    }
    for (Thread thread : all(root)) {
      if (thread != null && of(thread) == id) {
        return thread;
      }
    }
    return null;
  }

  private static @Nullable Thread[] all(@Nullable ThreadGroup root) {
    if (root == null) {
      return new Thread[0];
    }
    while (true) { // enumerate leaves out silently what has no room
      Thread[] threads = new Thread[root.activeCount() * 2 + 16];
      if (root.enumerate(threads) < threads.length) {
        return threads;
      }
    }
  }

  private static MethodHandle id() {
    MethodType type = MethodType.methodType(long.class);
    try {
      try {
        return MethodHandles.publicLookup().findVirtual(Thread.class, "threadId", type);
      } catch (NoSuchMethodException before19) {
        return MethodHandles.publicLookup().findVirtual(Thread.class, "getId", type);
      }
    } catch (ReflectiveOperationException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static MethodHandle isVirtual() {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
    } catch (ReflectiveOperationException before21) {
      return MethodHandles.dropArguments(
          MethodHandles.constant(boolean.class, false), 0, Thread.class);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Threads by number. A number is positive, never that of two threads, virtual ones included, and
 * keeps no thread alive. Where there is Thread.threadId (JDK 19) it is asked, since a subclass may
 * override getId; constant handles cost what a call costs. Before, threads whose class does so are
 * numbered here, beyond what the JDK will ever come to; one that is live keeps its number.
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

  /** On JDK 17 and 18. Another thread's number, if it is made here, is known from its map alone. */
  @SuppressWarnings("UnusedMethod") // by a method handle, on JDK 17 and 18
  private static long before19(Thread thread) {
    Class<?> type = thread.getClass();
    return type == Thread.class || !Numbered.OVERRIDES.get(type)
        ? thread.getId()
        : Numbered.of(thread);
  }

  private static final class Numbered {
    static final ClassValue<Boolean> OVERRIDES =
        new ClassValue<>() {
          @Override
          protected Boolean computeValue(Class<?> type) {
            try {
              return type.getMethod("getId").getDeclaringClass() != Thread.class;
            } catch (ReflectiveOperationException | LinkageError unknown) {
              return true;
            }
          }
        };

    private static final long FIRST = 1L << 58; // fits the owner part of ContextWord
    private static final AtomicLong LAST = new AtomicLong(FIRST);
    private static final ThreadLocal<@Nullable Long> OWN = new ThreadLocal<>();
    private static final Map<Long, WeakReference<Thread>> THREADS = new ConcurrentHashMap<>();

    static long of(Thread thread) {
      return thread == Thread.currentThread() ? own(thread) : find(thread);
    }

    private static long own(Thread me) {
      Long known = OWN.get();
      if (known != null) {
        return known;
      }
      THREADS.values().removeIf(thread -> thread.refersTo(null));
      long number = find(me); // if somebody wiped its thread-locals out
      if (number == 0) {
        number = LAST.incrementAndGet();
        THREADS.put(number, new WeakReference<>(me));
      }
      OWN.set(number);
      return number;
    }

    /** Zero, which is nobody's, for a thread that never asked for its own. */
    private static long find(Thread thread) {
      for (Map.Entry<Long, WeakReference<Thread>> each : THREADS.entrySet()) {
        if (each.getValue().refersTo(thread)) {
          return each.getKey();
        }
      }
      return 0;
    }
  }

  @SuppressWarnings("RethrowReflectiveOperationExceptionAsLinkageError") // not a matter of linking
  private static MethodHandle id() {
    MethodType type = MethodType.methodType(long.class, Thread.class);
    try {
      try {
        return MethodHandles.publicLookup()
            .findVirtual(Thread.class, "threadId", type.dropParameterTypes(0, 1));
      } catch (NoSuchMethodException none) {
        return MethodHandles.lookup().findStatic(ThreadIds.class, "before19", type);
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

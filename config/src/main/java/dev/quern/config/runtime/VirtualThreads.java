// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Virtual threads, through public methods that JDK 21 has and this is not compiled against. They
 * are looked for when they are first asked for: most programs never do, and it takes milliseconds.
 */
final class VirtualThreads {
  private static final class Found {
    static final @Nullable MethodHandle UNSTARTED = find();
  }

  boolean available() {
    return Found.UNSTARTED != null;
  }

  /** A new one that inherits no thread-locals. */
  Thread make(String name, Runnable body) throws Throwable {
    MethodHandle unstarted = Found.UNSTARTED;
    if (unstarted == null) {
      throw new UnsupportedOperationException("virtual threads need JDK 21 or later");
    }
    return (Thread) unstarted.invoke(name, body);
  }

  /** Thread.ofVirtual().name(name).inheritInheritableThreadLocals(false).unstarted(body) */
  private static @Nullable MethodHandle find() {
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> builder = Class.forName("java.lang.Thread$Builder$OfVirtual");
      MethodHandle make =
          lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(builder));
      MethodHandle name =
          lookup.findVirtual(builder, "name", MethodType.methodType(builder, String.class));
      MethodHandle inherit =
          lookup.findVirtual(
              builder,
              "inheritInheritableThreadLocals",
              MethodType.methodType(builder, boolean.class));
      MethodHandle unstarted =
          lookup.findVirtual(
              builder, "unstarted", MethodType.methodType(Thread.class, Runnable.class));
      MethodHandle alone = MethodHandles.insertArguments(inherit, 1, false);
      MethodHandle named = MethodHandles.filterReturnValue(name, alone);
      MethodHandle withName = MethodHandles.foldArguments(named, make);
      return MethodHandles.collectArguments(unstarted, 0, withName);
    } catch (ReflectiveOperationException olderJdk) {
      return null;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/** Virtual threads, through public methods that JDK 21 has and this is not compiled against. */
final class VirtualThreads {
  private final @Nullable MethodHandle unstarted;

  VirtualThreads() {
    unstarted = find();
  }

  boolean available() {
    return unstarted != null;
  }

  /** A new one that inherits no thread-locals. */
  Thread make(String name, Runnable body) throws Throwable {
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

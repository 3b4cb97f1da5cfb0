// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The threads that run a queue's non-empty signal now (rule G6): most often none or one, for which
 * a field will do; more of them are kept in a set. A thread asks for itself alone, and finds what
 * it wrote itself, so nothing races but the taking of the field.
 */
final class Insiders {
  private static final VarHandle ONE =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "one", VarHandle.class, Insiders.class, Thread.class);

  private final Set<Thread> others = ConcurrentHashMap.newKeySet(1);
  private volatile @Nullable Thread one;

  /** The caller goes in. False if it was in already: then it must not leave. */
  boolean enter() {
    Thread caller = Thread.currentThread();
    if (holds(caller)) {
      return false;
    }
    return ONE.compareAndSet(this, null, caller) || others.add(caller);
  }

  void leave() {
    Thread caller = Thread.currentThread();
    if (one == caller) {
      one = null;
    } else {
      others.remove(caller);
    }
  }

  boolean holdsCaller() {
    return holds(Thread.currentThread());
  }

  private boolean holds(Thread caller) {
    return one == caller || !others.isEmpty() && others.contains(caller);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.spi.Target;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The live children of a daemon queue, against its close (rule D7): a queue closes only without
 * children, and a closing one takes none. The word decides, the set names and reaches them.
 *
 * <pre>
 *   step        word              set
 *   register    n     -> n + 1    added before; taken out again if the word is CLOSED
 *   unregister  n     -> n - 1    taken out before
 *   close       0     -> CLOSED   any other n: refused
 *   abandon     n     -> CLOSED|n rule G17: the children go down with their target
 * </pre>
 *
 * <p>Ordering: volatile mode. Progress: the word is lock-free; the set may lock for a moment: this
 * is the path of creation and closing.
 */
final class DaemonChildren {
  private static final int CLOSED = Integer.MIN_VALUE;
  private static final VarHandle WORD =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "word", VarHandle.class, DaemonChildren.class, int.class);

  private final Set<Target.Child> set = ConcurrentHashMap.newKeySet();
  private volatile int word;

  /** False if the target is closing. */
  boolean register(Target.Child child) {
    set.add(child);
    while (true) {
      int old = word;
      if (old < 0) {
        set.remove(child);
        return false;
      }
      if (WORD.compareAndSet(this, old, old + 1)) {
        return true;
      }
    }
  }

  void unregister(Target.Child child) {
    set.remove(child);
    int old = (int) WORD.getAndAdd(this, -1);
    assert (old & ~CLOSED) > 0 : "a child that never registered";
  }

  /** Whether it is closed now; not if there are children. */
  boolean close() {
    return WORD.compareAndSet(this, 0, CLOSED) || word < 0;
  }

  void abandon(Throwable cause) {
    WORD.getAndBitwiseOr(this, CLOSED);
    set.forEach(child -> child.broke(cause));
  }

  String names() {
    return set.stream().map(Target.Child::name).sorted().collect(Collectors.joining(", "));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.MisuseException;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who is inside the consumer's side of a queue, where checks are on (rule Q7). The role is taken by
 * a CAS and given back by a volatile write; without checks both are nothing, and the users' order
 * of the consumers is all there is.
 */
final class ConsumerRole {
  private static final VarHandle OWNER =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "owner", VarHandle.class, ConsumerRole.class, Thread.class);

  private final boolean checks;
  private volatile @Nullable Thread owner;

  ConsumerRole(boolean checks) {
    this.checks = checks;
  }

  /**
   * Takes the role.
   *
   * @param misuse makes the exception, of what was wrong
   * @throws MisuseException if somebody is inside
   */
  void enter(String operation, Function<String, MisuseException> misuse) {
    if (!checks) {
      return;
    }
    Thread caller = Thread.currentThread();
    while (!OWNER.compareAndSet(this, null, caller)) {
      Thread inside = owner;
      if (inside == caller) {
        throw misuse.apply(operation + " from inside the consumer's side itself");
      }
      if (inside != null) {
        throw misuse.apply(
            operation + " while thread " + inside.getName() + " is inside the consumer's side");
      }
    }
  }

  void leave() {
    if (checks) {
      owner = null;
    }
  }
}

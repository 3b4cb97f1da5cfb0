// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.Family;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a daemon queue's drainer has handled (rules D17, R8). Written by the drainer alone, and one
 * drain happens-before the next, so it reads its own fields plainly.
 *
 * <pre>
 *   completed >= settled
 *   completed  handler calls that have ended; exact when quiet
 *   settled    of those, the ones whose batch has ended, batchEnd included: flush waits for these
 *   since      when the call in progress, or the last one, began; 0 between drains
 * </pre>
 */
final class DaemonTally {
  private static final VarHandle SINCE = handle("since");
  private static final VarHandle COMPLETED = handle("completed");

  @SuppressWarnings("UnusedVariable") // through its handle alone
  private long since;

  private long completed;
  private volatile long settled;
  private volatile long failed;

  private static VarHandle handle(String field) {
    return ConstantBootstraps.fieldVarHandle(
        lookup(), field, VarHandle.class, DaemonTally.class, long.class);
  }

  /** Released for counts of another thread, which reads it acquiring; nothing else hangs on it. */
  void beginsRelease(long now) {
    SINCE.setRelease(this, now | 1);
  }

  /** Likewise. */
  void ranRelease(boolean well) {
    if (!well) {
      failed = failed + 1;
    }
    COMPLETED.setRelease(this, completed + 1);
  }

  /** batchEnd has run. Volatile: flush looks at it after it has put itself on the list. */
  void settle() {
    settled = completed;
  }

  void restsRelease() {
    SINCE.setRelease(this, 0L);
  }

  boolean isRunning() {
    return (long) SINCE.getAcquire(this) != 0;
  }

  long settled() {
    return settled;
  }

  long completed() {
    return (long) COMPLETED.getAcquire(this);
  }

  long failed() {
    return failed;
  }

  /** The run for inspect(); the items of a daemon queue have no names, so it bears the queue's. */
  List<Family.Running> running(String name, long now, @Nullable Thread drainer) {
    long began = (long) SINCE.getAcquire(this);
    if (began == 0 || drainer == null) {
      return List.of();
    }
    Instant since = Instant.now().minusNanos(now - began);
    return List.of(new Family.Running(name, since, drainer.getName()));
  }
}

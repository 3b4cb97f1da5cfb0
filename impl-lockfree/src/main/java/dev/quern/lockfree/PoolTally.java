// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;

/**
 * What the workers at one place of the table have done (rule R8). One writer at a time: a worker
 * hands it on to the next at its place by way of the overseer.
 *
 * <p>The release stores come before the change of the job's word that tells of the same thing, so
 * whoever saw the run end by that word sees it counted.
 */
final class PoolTally {
  private static final VarHandle BEGUN = handle("begun");
  private static final VarHandle ENDED = handle("ended");
  private static final VarHandle FAILED = handle("failed");
  private static final VarHandle REPEATED = handle("repeated");

  private volatile long begun;
  private volatile long ended;
  private volatile long failed;
  private volatile long repeated;

  private static VarHandle handle(String field) {
    return ConstantBootstraps.fieldVarHandle(
        lookup(), field, VarHandle.class, PoolTally.class, long.class);
  }

  long begun() {
    return begun;
  }

  long ended() {
    return ended;
  }

  long failed() {
    return failed;
  }

  /** Runs that nobody's QUEUED stands for: a body let down what had coalesced into it (P4). */
  long repeated() {
    return repeated;
  }

  void runBegunRelease() {
    BEGUN.setRelease(this, (long) BEGUN.get(this) + 1);
  }

  void runEndedRelease() {
    ENDED.setRelease(this, (long) ENDED.get(this) + 1);
  }

  void runFailedRelease() {
    FAILED.setRelease(this, (long) FAILED.get(this) + 1);
  }

  void runRepeatedRelease() {
    REPEATED.setRelease(this, (long) REPEATED.get(this) + 1);
  }
}

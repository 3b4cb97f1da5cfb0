// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A place in a pool's waiting line: a job, and the stamp under which it waits. A job is a node
 * itself, its home node, so that waiting allocates nothing; it needs another one only while the
 * home node of a cancelled run has not left the line yet.
 */
abstract class LineNode {
  private static final VarHandle NEXT =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "next", VarHandle.class, LineNode.class, LineNode.class);

  /**
   * Of whoever owns the node. Written before the append that publishes it, and not again before the
   * consumer let go of it.
   */
  long stamp;

  private volatile @Nullable LineNode next;

  /** Whose place this is. */
  abstract JobState job();

  @Nullable LineNode next() {
    return next;
  }

  /** Appender, after its exchange of the tail; pairs with the volatile read in {@link #next()}. */
  void setNextRelease(LineNode successor) {
    NEXT.setRelease(this, successor);
  }

  /** By the owner, while the node is in no line; the tail's update publishes it. */
  void clearNextPlain() {
    NEXT.set(this, null);
  }

  /** A node for a job whose home node is still in line. */
  static final class Extra extends LineNode {
    private final JobState job;

    Extra(JobState job, long stamp) {
      this.job = job;
      this.stamp = stamp;
    }

    @Override
    JobState job() {
      return job;
    }
  }
}

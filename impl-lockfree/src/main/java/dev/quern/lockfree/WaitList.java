// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.spi.Parker;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Threads that wait for a condition on someone else's state word. Waiting is the rare side and
 * pays; waking costs one read while nobody waits.
 *
 * <pre>
 *   waiter                              waker
 *   push node on head                   change the state word, in volatile mode
 *   look at the condition               look at head
 *   park until the node is woken        take the whole list, mark and unpark each
 * </pre>
 *
 * <p>No wake-up is lost: both sides write, then read what the other writes, all in volatile mode,
 * so at least one sees the other (Dekker). A waiter that is woken and finds its condition false
 * again pushes a new node, so a node is pushed once. A waiter that gives up unlinks its node if it
 * is the first; else it wakes all, who come back without it: dead nodes never pile up.
 *
 * <p>Ordering: what the waker did before its state change happens-before the waiter's return,
 * through the state word that the condition reads. Progress: wake is wait-free but for the number
 * of waiters: it wakes all, whose conditions may differ, so n waiters cost n unparks and n looks.
 */
final class WaitList {
  private static final VarHandle HEAD =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "head", VarHandle.class, WaitList.class, Waiter.class);

  private final Parker parker;
  private volatile @Nullable Waiter head;

  WaitList(Parker parker) {
    this.parker = parker;
  }

  /**
   * Waits until the condition holds. False when the time is up and it does not hold. With no time
   * at all it is one look, which nothing interrupts.
   */
  boolean await(BooleanSupplier condition, Deadline deadline) throws InterruptedException {
    if (!deadline.waits()) {
      return condition.getAsBoolean();
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    while (!condition.getAsBoolean()) {
      if (deadline.left() <= 0) {
        return false;
      }
      Waiter waiter = push();
      try {
        if (condition.getAsBoolean()) {
          return true;
        }
        if (!sleep(waiter, deadline)) {
          return condition.getAsBoolean();
        }
      } finally {
        if (!waiter.woken) {
          drop(waiter);
        }
      }
    }
    return true;
  }

  /** Waits to the end, then restores the interrupt flag (rule G4, for close). */
  void awaitUninterruptibly(BooleanSupplier condition) {
    boolean interrupted = false;
    while (true) {
      try {
        await(condition, Deadline.NEVER);
        break;
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Has every waiter look again. After the state change, never before. */
  void wakeAll() {
    if (head == null) {
      return;
    }
    Waiter waiter = (Waiter) HEAD.getAndSet(this, null);
    while (waiter != null) {
      Thread thread = waiter.thread;
      waiter.woken = true;
      parker.unpark(thread);
      waiter = waiter.next;
    }
  }

  private void drop(Waiter waiter) {
    if (!HEAD.compareAndSet(this, waiter, waiter.next)) {
      wakeAll();
    }
  }

  private Waiter push() {
    Waiter waiter = new Waiter();
    do {
      waiter.next = head;
    } while (!HEAD.compareAndSet(this, waiter.next, waiter));
    return waiter;
  }

  /** False when the time is up. */
  private boolean sleep(Waiter waiter, Deadline deadline) throws InterruptedException {
    while (!waiter.woken) {
      if (deadline.isNever()) {
        parker.park(this);
      } else {
        long left = deadline.left();
        if (left <= 0) {
          return false;
        }
        parker.parkNanos(this, left);
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
    return true;
  }

  private static final class Waiter {
    final Thread thread = Thread.currentThread();
    @Nullable Waiter next; // written before it is pushed
    volatile boolean woken;
  }
}

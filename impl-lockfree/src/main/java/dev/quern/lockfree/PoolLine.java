// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import dev.quern.spi.Parker;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The jobs that wait for a worker, first in, first out: a chain through the jobs themselves. Any
 * thread appends; one thread at a time, which has entered, takes from the front.
 *
 * <pre>
 *   append        node.next = null; CAS tail t -> node; t.next = node
 *   poll          move head on; if it is the last node: CAS tail node -> stub, head = stub
 *   seal          CAS tail stub -> SEAL; from then on append says false
 * </pre>
 *
 * <p>Invariants: outside of a poll the chain from head reaches tail, but for links that their
 * appenders have still to write; it is empty if and only if tail is the stub, or the seal. A node
 * that poll returned is in no chain, and nobody else writes it: its predecessor's appender and its
 * own are through, since both links were read. It is permitted for head to be the stub or not.
 *
 * <p>An append counts from its CAS, so an appender that was descheduled before its link is waited
 * for by whoever has entered, and by nobody else: it spins, yields, then parks in steps.
 *
 * <p>The tail's ABA does no harm: that a node left and came back does not matter to one who links
 * behind it, only that it is the last.
 *
 * <p>Stale places (of cancelled jobs) are left where they are, and swept when there are more than
 * live ones and a constant (rule G9).
 *
 * <p>Ordering: an append happens-before the poll that returns its node, by the release of the link.
 * exit happens-before the next enter. The CAS of the tail is in volatile mode, so it is ordered
 * before whatever the appender looks at next. Progress: append is lock-free; poll waits for an
 * appender between its two steps.
 */
final class PoolLine {
  private static final int FEW = 64;
  private static final long LONGEST_STEP = 500_000;
  private static final VarHandle TAIL =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "tail", VarHandle.class, PoolLine.class, LineNode.class);
  private static final VarHandle ENTERED =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "entered", VarHandle.class, PoolLine.class, boolean.class);

  private final LineNode stub = new Mark();
  private final LineNode seal = new Mark();
  private final Parker parker;
  private final AtomicInteger stale = new AtomicInteger(); // a hint; may be off by those in races
  private volatile LineNode tail = stub;
  private volatile boolean entered;
  private volatile int sweepAt = FEW; // written by who has entered
  private LineNode head = stub; // of who has entered

  PoolLine(Parker parker) {
    this.parker = parker;
  }

  // ---- Any thread

  /** False if the line is sealed. */
  boolean append(LineNode node) {
    node.clearNextPlain();
    while (true) {
      LineNode last = tail;
      if (last == seal) {
        return false;
      }
      if (TAIL.compareAndSet(this, last, node)) {
        last.setNextRelease(node);
        return true;
      }
    }
  }

  boolean isEmpty() {
    LineNode last = tail;
    return last == stub || last == seal;
  }

  boolean isEntered() {
    return entered;
  }

  /** Whoever entered must exit, and then see to it that what is in line is not forgotten. */
  boolean tryEnter() {
    return !entered && ENTERED.compareAndSet(this, false, true);
  }

  /** For cold paths: waits its turn. */
  void enter() {
    for (int tries = 0; !tryEnter(); tries++) {
      pause(tries);
    }
  }

  /** A place in line has become stale. Returns whether it is time to sweep. */
  boolean becameStale() {
    return stale.incrementAndGet() >= sweepAt;
  }

  /** A stale place has left the line. */
  void staleLeft() {
    stale.decrementAndGet();
  }

  // ---- Who has entered

  void exit() {
    entered = false;
  }

  /** Null only if the line was empty at some instant of the call. */
  @Nullable LineNode poll() {
    LineNode first = head;
    if (first == stub) {
      if (isEmpty()) {
        return null;
      }
      first = awaitNext(stub);
      head = first;
      stub.clearNextPlain();
    }
    LineNode next = first.next();
    if (next == null) {
      next = appendStub(first) ? stub : awaitNext(first);
    }
    head = next;
    first.clearNextPlain();
    return first;
  }

  /** Never behind any other node than the one that is taken: or else tail would say "empty". */
  private boolean appendStub(LineNode last) {
    stub.clearNextPlain();
    return TAIL.compareAndSet(this, last, stub);
  }

  /** Takes out what is stale at the front. */
  void passStale() {
    while (!isEmpty()) {
      LineNode first = head == stub ? awaitNext(stub) : head;
      if (first.job().waitsAt(first)) {
        return;
      }
      poll();
      first.job().drop(first);
      staleLeft();
    }
  }

  /** Takes out what is stale, but for a last one. */
  void sweep() {
    int live = 0;
    LineNode before = null;
    LineNode node = head;
    for (LineNode next; (next = node.next()) != null; node = next) {
      if (node == stub || node.job().waitsAt(node)) {
        before = node;
        live++;
      } else {
        if (before == null) {
          head = next;
        } else {
          before.setNextRelease(next);
        }
        node.clearNextPlain();
        node.job().drop(node);
      }
    }
    stale.set(0);
    sweepAt = Math.max(FEW, live);
  }

  /** Each place that a job waits at. */
  void forEach(Consumer<JobState> each) {
    for (LineNode node = head; node != null; node = node.next()) {
      if (node != stub && node != seal && node.job().waitsAt(node)) {
        each.accept(node.job());
      }
    }
  }

  /** False if the line is not empty. */
  boolean seal() {
    return tail == seal || TAIL.compareAndSet(this, stub, seal);
  }

  private LineNode awaitNext(LineNode node) {
    LineNode next = node.next();
    for (int tries = 0; next == null; tries++) {
      pause(tries);
      next = node.next();
    }
    return next;
  }

  private void pause(int tries) {
    if (tries < 64) {
      Thread.onSpinWait();
    } else if (tries < 96) {
      Thread.yield();
    } else {
      parker.parkNanos(this, Math.min(LONGEST_STEP, 1_000L * (tries - 95)));
    }
  }

  /** The stub and the seal: nobody's place. */
  private static final class Mark extends LineNode {
    @Override
    JobState job() {
      throw new AssertionError("nobody's place");
    }
  }
}

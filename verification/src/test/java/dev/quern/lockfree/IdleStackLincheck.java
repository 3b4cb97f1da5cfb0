// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each idle worker is claimed by one popper, or leaves; it is never in the stack twice. */
public class IdleStackLincheck {
  @Test
  public void aWorkerThatComesBackDuringAPopIsNotMistaken() {
    Interleavings.of(Popping.class)
        .thread("pop", "popOther", "pushBack")
        .thread("popOnce", "popOnce")
        .check(2000);
  }

  @Test
  public void thoseWhoLeaveAreSkippedAndTheirPlacesUsedAgain() {
    Interleavings.of(Popping.class)
        .thread("timeOut", "add")
        .thread("popOnce")
        .thread("popOnce")
        .check(2000);
  }

  /** Two workers, the second on top. */
  public static class Popping {
    private final IdleStack<WorkerState> idle = new IdleStack<>();
    private final WorkerState one = idle.add(old -> new WorkerState());
    private final WorkerState two = idle.add(old -> new WorkerState());
    private final AtomicInteger claimed = new AtomicInteger();
    private final AtomicInteger pushed = new AtomicInteger(2);
    private @Nullable WorkerState mine; // of the first thread

    public Popping() {
      idle.push(one);
      idle.push(two);
    }

    public void pop() {
      mine = claim();
    }

    public void popOther() {
      claim();
    }

    /** The worker that the first pop claimed idles again. */
    public void pushBack() {
      if (mine != null) {
        pushed.incrementAndGet();
        idle.push(mine);
      }
    }

    public void popOnce() {
      claim();
    }

    public void timeOut() {
      if (one.timeOut()) {
        pushed.decrementAndGet();
      }
    }

    /** The overseer gives away what is free. */
    public void add() {
      WorkerState worker = idle.add(old -> new WorkerState());
      pushed.incrementAndGet();
      idle.push(worker);
    }

    /** A worker that is claimed twice fails the assertion in claim. */
    private @Nullable WorkerState claim() {
      WorkerState worker = idle.pop();
      if (worker != null) {
        assertEquals(WorkerState.SEARCHING, worker.state());
        claimed.incrementAndGet();
      }
      return worker;
    }

    @Validate
    public void validate() {
      for (int i = 0; i < 4; i++) {
        claim();
      }
      assertEquals(pushed.get(), claimed.get(), "claimed");
      assertTrue(!one.isIdle() && !two.isIdle(), "idle, and not in the stack");
    }
  }
}

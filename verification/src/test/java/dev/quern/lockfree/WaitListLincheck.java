// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.spi.Parker;
import java.util.function.BooleanSupplier;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Nobody who waits on a {@link WaitList} sleeps through the change that it waits for. */
public class WaitListLincheck {
  @Test
  public void aWaiterIsWoken() {
    Interleavings.of(Waits.class).thread("awaitFirst").thread("setFirst").check(2000);
  }

  @Test
  public void twoWaitersWithConditionsOfTheirOwnAreWoken() {
    Interleavings.of(Waits.class)
        .thread("awaitFirst")
        .thread("awaitSecond")
        .thread("setFirst", "setSecond")
        .check(3000);
  }

  /** The check itself: a waiter that looks before it pushes sleeps for ever. */
  @Test
  public void aWaiterThatLooksFirstIsFound() {
    assertThrows(
        LincheckAssertionError.class,
        () -> Interleavings.of(LooksFirst.class).thread("await").thread("set").check(2000));
  }

  /** The check itself again. */
  @Test
  public void aStepThatThrowsIsFound() {
    assertThrows(
        LincheckAssertionError.class,
        () -> Interleavings.of(Faults.class).thread("fine").thread("failing").check(10));
  }

  /** The check itself again. */
  @Test
  public void aFaultInTheEndIsFound() {
    assertThrows(
        LincheckAssertionError.class,
        () -> Interleavings.of(Faults.class).thread("fine").thread("spoil").check(10));
  }

  /** Faults that any interleaving shows. */
  public static class Faults {
    private volatile boolean spoilt;

    public void fine() {}

    public void spoil() {
      spoilt = true;
    }

    public void failing() {
      throw new AssertionError("planted");
    }

    @Validate
    public void validate() {
      assertFalse(spoilt);
    }
  }

  /** Two conditions on one list. */
  public static class Waits {
    private final WaitList list = new WaitList(new MonitorParker());
    private volatile boolean first;
    private volatile boolean second;

    public void awaitFirst() {
      list.awaitUninterruptibly(() -> first);
    }

    public void awaitSecond() {
      list.awaitUninterruptibly(() -> second);
    }

    public void setFirst() {
      first = true;
      list.wakeAll();
    }

    public void setSecond() {
      second = true;
      list.wakeAll();
    }
  }

  /** A wait list of one waiter with the two steps of the waiter the wrong way round. */
  public static class LooksFirst {
    private final Parker parker = new MonitorParker();
    private volatile @Nullable Thread waiter;
    private volatile boolean condition;

    public void await() {
      await(() -> condition);
    }

    public void set() {
      condition = true;
      Thread waiting = waiter;
      if (waiting != null) {
        parker.unpark(waiting);
      }
    }

    private void await(BooleanSupplier condition) {
      while (!condition.getAsBoolean()) {
        waiter = Thread.currentThread();
        parker.park(this);
      }
    }
  }
}

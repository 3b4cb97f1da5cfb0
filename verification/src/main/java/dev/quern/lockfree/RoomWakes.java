// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Who waits for room and a run that begins do not miss each other (rules P17, W25). */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "it found room")
@Outcome(id = "1", expect = ACCEPTABLE, desc = "it parked and was woken")
@Outcome(id = "-1", expect = FORBIDDEN, desc = "lost wake-up: it parked, and nobody wakes it")
@Outcome(id = "-2", expect = FORBIDDEN, desc = "woken, and refused")
@State
public class RoomWakes {
  private final JudgingParker parker = new JudgingParker();
  private final Room room = new Room(1, parker);

  /** Full. */
  public RoomWakes() {
    room.tryClaim();
    room.settle();
  }

  /** Waits for room. */
  @Actor
  public void waiter(I_Result result) {
    try {
      room.waits.await(room::isThere, Deadline.NEVER);
      result.r1 = room.tryClaim() ? parker.parks() : -2;
    } catch (JudgingParker.LostWakeUp | InterruptedException lost) {
      result.r1 = -1;
    }
  }

  /** A run begins. */
  @Actor
  public void waker() {
    room.leaves();
    parker.over();
  }
}

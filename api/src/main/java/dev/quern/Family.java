// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * All live primitives of one kind and name. Rule R8.
 *
 * @param kind the kind
 * @param name the name
 * @param provider which provider made them
 * @param live how many there are
 * @param pending how many items, runs or tasks wait
 * @param running what runs now
 * @param accepted submissions answered by QUEUED, or items taken in
 * @param coalesced submissions answered by COALESCED
 * @param refused submissions answered by REFUSED, or items refused
 * @param completed runs that ended, failed ones included, or items taken out
 * @param failed runs that threw
 * @param waited how long all runs that began had stood in line, where timing is on, else zero
 * @param ran how long all runs that ended took, where timing is on, else zero
 */
public record Family(
    Kind kind,
    String name,
    String provider,
    int live,
    long pending,
    List<Running> running,
    long accepted,
    long coalesced,
    long refused,
    long completed,
    long failed,
    Duration waited,
    Duration ran) {
  /** Copies the list. */
  public Family {
    running = List.copyOf(running);
  }

  /**
   * A run going on.
   *
   * @param item the item's name, the primitive's own where its items have none
   * @param since when it began, to within a second
   * @param thread the thread it runs on
   */
  public record Running(String item, Instant since, String thread) {}
}

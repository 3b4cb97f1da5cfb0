// SPDX-License-Identifier: Apache-2.0
package dev.quern.spi;

/**
 * A daemon queue as the target of others: what a child of any provider needs of it (rules R5, D7 to
 * D10, D13, G17). Every daemon queue is one.
 *
 * <p>A child is live from {@link Place#enter} to {@link Place#leave}; meanwhile the target cannot
 * be closed, and names the child to whoever tries. Any thread may call any of this, with no lock of
 * its own held but where it says so.
 */
public interface Target extends Managed {
  /** Makes a place for that child, who has not entered yet. */
  Place newPlace(Child child);

  /** What a target asks of a child. */
  interface Child {
    /** Its name, for who tries to close the target. */
    String name();

    /**
     * The turn that it asked for, on the thread that drains the target: one batch, or one turn of a
     * child of its own. Comes to nothing if the child is held or over by then. Never throws.
     */
    void takeTurn();

    /** The target broke: there will be no turn any more, so the child breaks, too. Never throws. */
    void broke(Throwable cause);
  }

  /** A child's place with its target, made once, so that a turn costs no memory. */
  interface Place {
    /**
     * From now on the child is live.
     *
     * @throws dev.quern.ClosedException if the target is closed, or is closing
     */
    void enter();

    /**
     * Asks for one turn. The child asks for the next one only once this one has begun, so it is
     * never in line twice (D8). The turn takes no room in the target, and comes behind those asked
     * for before (D10); it waits while the target is paused or inactive (D13).
     *
     * <p>After {@link #withdraw} it does nothing: a child may end between the step that owes the
     * turn and this call. What it throws has broken the target, and breaks the child.
     */
    void addTurn();

    /**
     * The child is over: no turn is wanted any more. One in line may be dropped, and no sibling's
     * with it (D8). Locks of the child may be held; calls nobody back.
     */
    void withdraw();

    /** After {@link #withdraw}: the child has ended, and keeps the target from nothing. */
    void leave();
  }
}

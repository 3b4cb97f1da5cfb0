// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static dev.quern.Cancellation.REMOVED;
import static dev.quern.Submission.COALESCED;
import static dev.quern.Submission.QUEUED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.quern.Submission;
import dev.quern.Work;
import dev.quern.WorkQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What an ordered queue owes to the one thread that submits to it: the places that its items took
 * in line, and did not lose again, in order. Whether a place is still in line when the next event
 * comes is the queue's affair; its answer tells.
 */
final class OrderModel {
  private final List<Place> line = new ArrayList<>();
  private final List<Integer> ran = new ArrayList<>(); // one run happens-before the next
  private final List<Item> items = new ArrayList<>();
  private final Duration far;

  OrderModel(WorkQueue queue, int count, Duration far) {
    this.far = far;
    for (int i = 0; i < count; i++) {
      int number = i;
      items.add(new Item(number, queue.newWork("item-" + i, () -> run(number))));
    }
  }

  private record Item(int number, Work work, @Nullable Place[] last, boolean[] delayed) {
    Item(int number, Work work) {
      this(number, work, new @Nullable Place[1], new boolean[1]);
    }
  }

  /** Long enough that some events fall into a run. */
  private void run(int number) {
    ran.add(number);
    long end = System.nanoTime() + 3_000;
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }

  /** Compared by identity. */
  private static final class Place {
    private final int number;

    Place(int number) {
      this.number = number;
    }
  }

  void randomEvent(Random random) {
    Item item = items.get(random.nextInt(items.size()));
    switch (random.nextInt(10)) {
      case 0 -> cancel(item);
      case 1 -> delay(item);
      case 2, 3 -> hurry(item);
      default -> submit(item);
    }
  }

  private void submit(Item item) {
    Submission answer = item.work.submit();
    if (item.delayed[0]) {
      assertEquals(COALESCED, answer, "it was delayed");
    } else {
      queued(item, answer);
    }
  }

  private void hurry(Item item) {
    Submission answer = item.work.reschedule(Duration.ZERO);
    if (item.delayed[0]) {
      assertEquals(COALESCED, answer, "it was delayed");
      item.delayed[0] = false;
      take(item);
    } else {
      queued(item, answer);
    }
  }

  private void delay(Item item) {
    Submission answer = item.work.reschedule(far);
    if (item.delayed[0]) {
      assertEquals(COALESCED, answer, "it was delayed");
    } else if (answer == COALESCED) {
      lose(item);
    }
    item.delayed[0] = true;
  }

  private void cancel(Item item) {
    boolean removed = item.work.cancel() == REMOVED;
    if (item.delayed[0]) {
      assertEquals(true, removed, "it was delayed");
      item.delayed[0] = false;
    } else if (removed) {
      lose(item);
    }
  }

  private void queued(Item item, Submission answer) {
    if (answer == QUEUED) {
      take(item);
    } else {
      assertEquals(COALESCED, answer);
      assertNotEquals(null, item.last[0], "coalesced, and nothing was pending");
    }
  }

  private void take(Item item) {
    Place place = new Place(item.number);
    item.last[0] = place;
    line.add(place);
  }

  private void lose(Item item) {
    assertEquals(true, line.remove(item.last[0]), "it had no place to lose");
    item.last[0] = null;
  }

  /** Leaves nothing pending but what is in line. */
  void cancelDelayed() {
    for (Item item : items) {
      if (item.delayed[0]) {
        cancel(item);
      }
    }
  }

  /** The items of the places in line. */
  List<Integer> expected() {
    return line.stream().map(place -> place.number).toList();
  }

  /** The items in the order of their runs. */
  List<Integer> ran() {
    return List.copyOf(ran);
  }
}

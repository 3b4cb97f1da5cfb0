// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.Cancellation;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An item brought into a state by public calls, on a queue of its own that runs one item at a time.
 * A run that goes on stays in its body until {@link #expect} lets it go; where none goes on,
 * another item holds the queue up until then, so that what is pending stays pending.
 */
final class Specimen {
  static final Duration FAR = Duration.ofHours(1);

  private final ItemState state;
  private final WorkQueue queue;
  private final HeldWork item;
  private final @Nullable HeldWork blocker;

  private Specimen(WorkQueue queue, ItemState state) throws InterruptedException {
    this.state = state;
    this.queue = queue;
    this.item = new HeldWork(queue, "specimen");
    this.blocker = state.running() ? null : HeldWork.running(queue, "blocker");
    if (state.running()) {
      item.submit();
      item.awaitRun();
    }
    switch (state.pending()) {
      case DELAYED -> item.work().schedule(FAR);
      case QUEUED -> item.work().submit();
      case NOTHING -> {}
    }
    switch (state) {
      case CANCELLING -> item.work().cancelAndWait(Duration.ZERO);
      case DISABLED, DISABLED_RUNNING -> item.work().disable();
      case DISABLED_CANCELLING -> item.work().disableAndWait(Duration.ZERO);
      default -> {}
    }
  }

  /** A new item in that state. */
  static Specimen in(ItemState state, Scene scene) throws InterruptedException {
    String name = "specimen-" + scene.random().nextInt(Integer.MAX_VALUE);
    WorkQueueSpec spec = WorkQueueSpec.named(name).maxActive(1);
    return new Specimen(scene.quern().newWorkQueue(spec), state);
  }

  Work work() {
    return item.work();
  }

  /**
   * Checks that {@code after} is pending now, by what the item says of itself and by the runs that
   * follow once nothing is held any more; then closes the queue.
   */
  void expect(ItemState.Pending after, String event) throws InterruptedException {
    String where = event + " in state " + state + ": ";
    boolean pending = after != ItemState.Pending.NOTHING;
    assertEquals(pending, work().isPending(), where + "isPending");
    assertEquals(pending || state.running(), work().isBusy(), where + "isBusy");
    item.letAllGo();
    if (blocker != null) {
      blocker.letAllGo();
    }
    queue.flush();
    int runs = (state.running() ? 1 : 0) + (after == ItemState.Pending.QUEUED ? 1 : 0);
    assertEquals(runs, item.runs(), where + "runs");
    boolean delayed = after == ItemState.Pending.DELAYED;
    assertEquals(delayed, work().isBusy(), where + "isBusy once all is quiet");
    Cancellation removed = delayed ? Cancellation.REMOVED : Cancellation.IDLE;
    assertEquals(removed, work().cancel(), where + "cancel once all is quiet");
    queue.close();
  }
}

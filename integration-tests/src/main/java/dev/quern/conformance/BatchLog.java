// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import dev.quern.Action;
import dev.quern.Handler;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A handler that writes down what it is called with, and does what the test asked at an item. */
final class BatchLog implements Handler<Integer> {
  /** Stands in the log for a batch's end. */
  static final int END = -1;

  private final List<Integer> events = new CopyOnWriteArrayList<>();
  private final Map<Integer, Action> actions = new ConcurrentHashMap<>();
  private final AtomicBoolean inside = new AtomicBoolean();
  private volatile @Nullable Thread drainer;

  /** At that item, or at {@link #END}, the action is run, after it was written down. */
  BatchLog at(int item, Action action) {
    actions.put(item, action);
    return this;
  }

  /** The drainer stops at that item until the gate is opened. */
  Gate gateAt(int item) {
    Gate gate = new Gate();
    at(item, gate::pass);
    return gate;
  }

  @Override
  public void handle(Integer item) throws Exception {
    step(item);
  }

  @Override
  public void batchEnd() throws Exception {
    step(END);
  }

  private void step(int event) throws Exception {
    if (!inside.compareAndSet(false, true)) {
      throw new AssertionError("the handler runs beside itself");
    }
    try {
      drainer = Thread.currentThread();
      events.add(event);
      Action action = actions.get(event);
      if (action != null) {
        action.run();
      }
    } finally {
      inside.set(false);
    }
  }

  /** Whether a call is going on now. */
  boolean busy() {
    return inside.get();
  }

  /** Items and ends so far, in order. */
  List<Integer> events() {
    return List.copyOf(events);
  }

  /** The items so far. */
  List<Integer> items() {
    return events.stream().filter(event -> event != END).toList();
  }

  /** The thread of the last call. */
  Thread drainer() {
    Thread thread = drainer;
    if (thread == null) {
      throw new AssertionError("the handler was never called");
    }
    return thread;
  }

  void awaitEvents(Scene scene, int count) {
    scene.eventually(count + " events, have " + events, () -> events.size() >= count);
  }
}

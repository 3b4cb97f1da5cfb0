// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.programs;

import dev.quern.Quern;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import dev.quern.Task;
import dev.quern.TaskContext;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * A network card's transmit ring. Whoever calls runs inside the context, or leaves it to whoever
 * is: no thread needed.
 */
public final class NicDriver implements AutoCloseable {
  private final int slots;
  private final Consumer<byte[]> wire;
  private final Queue<byte[]> sendQueue; // any sender; taken from inside the context only
  private final TaskContext context;
  private final Task start;
  private final ArrayDeque<byte[]> ring = new ArrayDeque<>(); // inside only
  private boolean full; // inside only

  public NicDriver(Quern quern, int slots, Consumer<byte[]> wire) {
    this.slots = slots;
    this.wire = wire;
    sendQueue = quern.newQueue(QueueSpec.bounded("send", 512));
    context = quern.newTaskContext("nic0");
    start = context.newTask("start", this::fillRing);
  }

  /** Any CPU: sends a packet, false when the send queue is full. */
  public boolean transmit(byte[] packet) {
    boolean accepted = sendQueue.offer(packet);
    start.dispatch(); // here and now, unless another CPU is inside: then it does it for us
    return accepted;
  }

  /** The interrupt: the card has sent so many packets. */
  public void transmitDone(int packets) {
    context.dispatch(
        () -> {
          for (int i = 0; i < packets && !ring.isEmpty(); i++) {
            wire.accept(ring.remove());
          }
          if (full) {
            full = false; // start can't have looked meanwhile: it needs the context, too
            start.dispatch(); // queued behind this task: no recursion
          }
        });
  }

  /** How many slots of the ring are free. */
  public int free() throws InterruptedException {
    return context.call(() -> slots - ring.size());
  }

  private void fillRing() {
    while (!full && !sendQueue.isEmpty()) {
      if (ring.size() == slots) {
        full = true;
      } else {
        byte[] packet = sendQueue.poll();
        if (packet != null) {
          ring.add(packet);
        }
      }
    }
  }

  /** Nothing is inside when this returns. */
  @Override
  public void close() {
    context.close();
    sendQueue.close();
  }
}

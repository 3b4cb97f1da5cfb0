// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ClosedException;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.MisuseException;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.QueueSpec;
import dev.quern.SystemQueue;
import dev.quern.ThreadPool;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RuntimeTest {
  private final Worlds world = new Worlds();

  @Test
  void everyKindCanBeMadeAndIsClosedDependentsFirst() throws Exception {
    Quern quern = world.open(OpenOptions.NONE);
    quern.newQueue(QueueSpec.unbounded("events"));
    DaemonQueue<String> writer = quern.newDaemonQueue(DaemonQueueSpec.unbounded("writer"), i -> {});
    writer.newChild(DaemonQueueSpec.unbounded("child"), i -> {});
    quern.newReclaimer("buffers", i -> {});
    ThreadPool io = quern.threadPool("io");
    io.newJob("scan", () -> {});
    quern.newTaskContext("device");
    quern.newWorkQueue("maintenance");
    quern.systemQueue(SystemQueue.DEFAULT);
    assertThrows(MisuseException.class, () -> quern.newWorkQueue("maintenance"));
    assertEquals(List.of(), quern.close(Duration.ofSeconds(5)));
    assertEquals(
        List.of(
            "device now",
            "maintenance now",
            "scan now",
            "scan now",
            "io now",
            "child now",
            "buffers now",
            "writer now",
            "events now",
            "quern.default now",
            "quern.reclaimer now"),
        world.provider.closings);
    assertThrows(ClosedException.class, () -> quern.newWorkQueue("other"));
    assertTrue(quern.inspect().families().isEmpty());
  }
}

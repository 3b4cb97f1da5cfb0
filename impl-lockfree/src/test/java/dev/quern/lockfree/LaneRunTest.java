// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.Work;
import dev.quern.WorkQueueSpec;
import dev.quern.spi.Managed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a lane shows of its run to the watchdog (rule W18). */
@Timeout(60)
class LaneRunTest {
  private final PoolHost host = new PoolHost();
  private final LockfreeWorkQueue queue =
      new LockfreeWorkQueue(
          host, WorkQueueSpec.ordered("q"), new TimerWheel(host), new ThreadLocal<>());

  /** Between the two it would have the time of the run before. */
  @Test
  void aRunIsNotShownBeforeItsTime() throws Exception {
    List<Managed.Run> seen = Collections.synchronizedList(new ArrayList<>());
    AtomicBoolean looking = new AtomicBoolean(); // a look reads the clock, too
    host.atWorkersClock.set(
        () -> {
          if (looking.compareAndSet(false, true)) {
            seen.addAll(queue.runs());
            looking.set(false);
          }
        });
    Work work = queue.newWork("work", () -> {});
    for (int i = 0; i < 100; i++) {
      work.submit();
      work.flush();
    }
    queue.close();
    assertEquals(List.of(), seen);
  }

  @Test
  void eachRunHasANumberOfItsOwn() throws Exception {
    Set<Long> numbers = new HashSet<>();
    Work work = queue.newWork("work", () -> queue.runs().forEach(run -> numbers.add(run.number())));
    for (int i = 0; i < 100; i++) {
      work.submit();
      work.flush();
    }
    queue.close();
    assertEquals(100, numbers.size());
  }
}

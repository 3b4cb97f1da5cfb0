// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ClosedException;
import dev.quern.KeyedWorkQueueSpec;
import dev.quern.Next;
import dev.quern.Work;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Rule G17 where a queue's own pool broke and has not yet told the queue. */
@Timeout(30)
class BreakdownTest {
  private final WorkHost host = new WorkHost();
  private final Error error = new OutOfMemoryError("in a worker");

  @Test
  void aWorkIsSubmittedMeanwhile() throws Exception {
    LockedWorkQueue queue = host.queue("fragile", 2);
    Work next = queue.newWork("next", () -> {});
    submitWhileItBreaks(Objects.requireNonNull(host.pool), next::submit);
    queue.flush();
    queue.close();
  }

  @Test
  void aKeyIsSubmittedMeanwhile() throws Exception {
    KeyedWorkQueueSpec spec =
        KeyedWorkQueueSpec.named("fragile")
            .maxActive(2)
            .firstRetry(Duration.ofMillis(1))
            .maxRetryDelay(Duration.ofSeconds(1))
            .maxRetries(1);
    LockedKeyedWorkQueue<String> queue =
        new LockedKeyedWorkQueue<>(host, spec, run -> Next.DONE, host.wheel);
    submitWhileItBreaks(queue.core.lanes.pool(), () -> queue.submit("next"));
    queue.flush();
    queue.close();
  }

  private void submitWhileItBreaks(LockedThreadPool pool, Executable submission) {
    AtomicReference<@Nullable ClosedException> meanwhile = new AtomicReference<>();
    host.beforeReport =
        () -> meanwhile.compareAndSet(null, assertThrows(ClosedException.class, submission));
    pool.broke(error);
    assertSame(error, Objects.requireNonNull(meanwhile.get()).getCause());
    assertSame(error, assertThrows(ClosedException.class, submission).getCause());
    assertTrue(host.failures.stream().allMatch(told -> told.cause() == error), "no other error");
  }
}

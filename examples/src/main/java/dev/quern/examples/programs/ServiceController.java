// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.programs;

import dev.quern.KeyRun;
import dev.quern.KeyedWorkQueue;
import dev.quern.KeyedWorkQueueSpec;
import dev.quern.Next;
import dev.quern.Quern;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A controller loop: makes what runs equal to what is wanted, step by step, for each service by
 * itself. It is told only <i>that</i> something changed; what is to be done it sees when it looks.
 */
public final class ServiceController implements AutoCloseable {
  private static final int SILENT_ATTEMPTS = 3;

  private final Map<String, Integer> wanted = new ConcurrentHashMap<>();
  private final Cluster cluster;
  private final Duration nextLook;
  private final KeyedWorkQueue<String> services;

  /** Where services run. Any call may fail; a failed one may have been in effect. */
  public interface Cluster {
    int running(String service) throws IOException;

    void start(String service) throws IOException;

    void stop(String service) throws IOException;
  }

  public ServiceController(Quern quern, Cluster cluster, Duration nextLook) {
    this.cluster = cluster;
    this.nextLook = nextLook;
    services =
        quern.newKeyedWorkQueue(
            KeyedWorkQueueSpec.named("services")
                .firstRetry(Duration.ofMillis(5))
                .maxRetryDelay(Duration.ofMinutes(1)),
            this::reconcile);
  }

  /** Zero is: not at all. Of many wishes in a row the last one counts. */
  public void want(String service, int instances) {
    wanted.put(service, instances);
    services.submit(service);
  }

  /** Never beside itself for one service; for different ones at once. */
  private Next reconcile(KeyRun<String> run) throws IOException {
    String service = run.key();
    int instances = wanted.getOrDefault(service, 0);
    try {
      int running = cluster.running(service);
      if (running < instances) {
        cluster.start(service);
        return Next.after(Duration.ZERO); // one step, then look again
      }
      if (running > instances) {
        cluster.stop(service);
        return Next.after(Duration.ZERO);
      }
    } catch (IOException conflict) {
      if (run.attempt() <= SILENT_ATTEMPTS) {
        return Next.RETRY; // later, and twice as late each time
      }
      throw conflict; // the same, but now somebody hears of it
    }
    return instances == 0 ? Next.DONE : Next.after(nextLook);
  }

  /** Forgets the service as it stands. When this returns, nobody works on it. */
  public void release(String service) throws InterruptedException {
    services.cancelAndWait(service);
    wanted.remove(service);
  }

  @Override
  public void close() {
    wanted.keySet().forEach(services::cancel); // the next looks
    services.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.programs;

import dev.quern.Action;
import dev.quern.PoolView;
import dev.quern.PoolViewSpec;
import dev.quern.Submission;
import dev.quern.ThreadPool;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Fetches from many hosts on one pool, from each with a few connections at most. A host that is
 * slow holds up its own callers, and nobody else.
 */
public final class PoliteFetcher implements AutoCloseable {
  private static final int CONNECTIONS = 2;
  private static final int BACKLOG = 100;

  private final ThreadPool pool;
  private final Map<String, PoolView> hosts = new ConcurrentHashMap<>();

  public PoliteFetcher(ThreadPool pool) {
    this.pool = pool;
  }

  private PoolView of(String host) {
    return hosts.computeIfAbsent(
        host,
        name ->
            pool.newView(
                PoolViewSpec.named("host-" + name).maxActive(CONNECTIONS).capacity(BACKLOG)));
  }

  /** Waits a while for room in the host's backlog. Whether the fetch will be made. */
  public boolean fetch(String host, Action fetch, Duration patience) throws InterruptedException {
    return of(host).newJob("fetch", fetch).submit(patience) == Submission.QUEUED;
  }

  /** Nothing is fetched from the host until {@link #goOn}; fetches going on have ended. */
  public void leaveAlone(String host) throws InterruptedException {
    of(host).pauseAndWait();
  }

  public void goOn(String host) {
    of(host).resume();
  }

  /** Returns when all that was asked for has been fetched. */
  public void finish() throws InterruptedException {
    for (PoolView view : hosts.values()) {
      view.flush();
    }
  }

  /** What was asked for is fetched; the pool is not ours to close. */
  @Override
  public void close() {
    hosts.values().forEach(PoolView::close);
  }
}

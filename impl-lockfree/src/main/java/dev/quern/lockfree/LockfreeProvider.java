// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.spi.Host;
import dev.quern.spi.Primitives;
import dev.quern.spi.Provider;

/**
 * The provider without locks on any submission path. Progress: each class states its own; no
 * submission waits for a descheduled thread.
 */
public final class LockfreeProvider implements Provider {
  /** For {@link java.util.ServiceLoader}, and for runtimes built without it. */
  public LockfreeProvider() {}

  @Override
  public String name() {
    return "lockfree";
  }

  @Override
  public int rank() {
    return 100;
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public Primitives create(Host host) {
    return new LockfreePrimitives(host);
  }
}

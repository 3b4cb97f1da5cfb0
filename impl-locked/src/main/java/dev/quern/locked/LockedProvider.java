// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.spi.Host;
import dev.quern.spi.Primitives;
import dev.quern.spi.Provider;

/**
 * The plain provider. Progress: every operation takes a lock, so a descheduled holder delays the
 * others.
 */
public final class LockedProvider implements Provider {
  /** For {@link java.util.ServiceLoader}, and for runtimes built without it. */
  public LockedProvider() {}

  @Override
  public String name() {
    return "locked";
  }

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public Primitives create(Host host) {
    return new LockedPrimitives(host);
  }
}

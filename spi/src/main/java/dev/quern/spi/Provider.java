// SPDX-License-Identifier: Apache-2.0
package dev.quern.spi;

/**
 * One implementation of the five primitives. Found by {@link java.util.ServiceLoader}, chosen by
 * {@code quern.provider}, else by the highest {@link #rank()}; or handed to the runtime directly.
 */
public interface Provider {
  /**
   * The version of this seam. A provider returns the one it was compiled with: the constant is
   * inlined.
   */
  int SPI_VERSION = 1;

  /** The name that {@code quern.provider} uses, such as {@code locked}. */
  String name();

  /** Of several providers, none of them named in the configuration, the highest rank is taken. */
  int rank();

  /**
   * {@link #SPI_VERSION} as it was when the provider was compiled. Another one is refused (rule
   * R6).
   */
  int spiVersion();

  /** The factory of one runtime. Keeps what it needs of the host; starts no thread. */
  Primitives create(Host host);
}

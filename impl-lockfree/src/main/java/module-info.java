// SPDX-License-Identifier: Apache-2.0
/** The provider without locks: atomic steps on state words, rings, chains and a timing wheel. */
module dev.quern.lockfree {
  requires transitive dev.quern.spi;
  requires static org.jspecify;

  exports dev.quern.lockfree;

  provides dev.quern.spi.Provider with
      dev.quern.lockfree.LockfreeProvider;
}

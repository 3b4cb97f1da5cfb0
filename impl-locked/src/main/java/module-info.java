// SPDX-License-Identifier: Apache-2.0
/** The plain provider: one lock an object, correct by inspection, the reference for every other. */
module dev.quern.locked {
  requires transitive dev.quern.spi;
  requires static org.jspecify;

  exports dev.quern.locked;

  provides dev.quern.spi.Provider with
      dev.quern.locked.LockedProvider;
}

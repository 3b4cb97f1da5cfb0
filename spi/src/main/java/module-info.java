// SPDX-License-Identifier: Apache-2.0
/** What a provider of Quern implements, and what it is lent. */
module dev.quern.spi {
  requires transitive dev.quern;
  requires static transitive org.jspecify;

  exports dev.quern.spi;
}

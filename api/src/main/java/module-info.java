// SPDX-License-Identifier: Apache-2.0
/** The face of Quern: deferred-work primitives. Users compile against this module alone. */
module dev.quern {
  requires static transitive org.jspecify;

  exports dev.quern;

  uses dev.quern.Bootstrap;
}

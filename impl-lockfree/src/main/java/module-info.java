// SPDX-License-Identifier: Apache-2.0
/** The place of the lock-free provider. It provides nothing yet, so no runtime finds it. */
module dev.quern.lockfree {
  requires dev.quern.spi;
}

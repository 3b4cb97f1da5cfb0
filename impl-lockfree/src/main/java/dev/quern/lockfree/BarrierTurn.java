// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.spi.Parker;
import org.jspecify.annotations.Nullable;

/** A place and nothing to run: when its turn comes, all that was before it has ended (rule T7). */
final class BarrierTurn extends AwaitedTurn {
  BarrierTurn(Parker parker) {
    super(parker);
  }

  @Override
  boolean counts() {
    return false;
  }

  @Override
  @Nullable Run begin() {
    if (tryBegin()) {
      tryFinish();
    }
    return null;
  }
}

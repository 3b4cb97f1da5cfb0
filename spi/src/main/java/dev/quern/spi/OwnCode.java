// SPDX-License-Identifier: Apache-2.0
package dev.quern.spi;

import dev.quern.Action;

/**
 * A primitive's own code that runs as another one's, such as a drain that is a job of a pool. Who
 * submits it does so for many, or for nobody: the context hook is not asked (rule G21).
 */
@FunctionalInterface
public interface OwnCode extends Action {}

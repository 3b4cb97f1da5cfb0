// SPDX-License-Identifier: Apache-2.0
/**
 * How a runtime is opened, what it lends its provider, and how it is closed. Not exported: {@link
 * dev.quern.config.runtime.Opening} is the way in, the rest is package-private, but for what Dagger
 * generates.
 */
@NullMarked
package dev.quern.config.runtime;

import org.jspecify.annotations.NullMarked;

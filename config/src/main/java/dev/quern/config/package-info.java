// SPDX-License-Identifier: Apache-2.0
/** The runtime behind {@link dev.quern.Quern#open()}: settings, discovery, host, wiring. */
@NullMarked
package dev.quern.config;

import org.jspecify.annotations.NullMarked;

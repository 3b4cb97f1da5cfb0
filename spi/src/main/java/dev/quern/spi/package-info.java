// SPDX-License-Identifier: Apache-2.0
/**
 * The seam between the runtime and a provider of primitives. The runtime looks after names,
 * configuration, shared pools, closing order and discovery; a provider makes the primitives and
 * keeps their rules.
 */
@NullMarked
package dev.quern.spi;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/** Providers that are wrong on purpose, each in one thing. */
@NullMarked
package dev.quern.conformance.broken;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/** The conformance suite: one test or more for every rule, run on every provider found. */
@NullMarked
package dev.quern.conformance;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/** Small programs, one idiom each; the guide quotes them, and tests run them on every provider. */
@NullMarked
package dev.quern.examples.programs;

import org.jspecify.annotations.NullMarked;

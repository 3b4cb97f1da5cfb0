// SPDX-License-Identifier: Apache-2.0
/** Programs written on the api alone, as a user would write them. */
@NullMarked
package dev.quern.examples;

import org.jspecify.annotations.NullMarked;

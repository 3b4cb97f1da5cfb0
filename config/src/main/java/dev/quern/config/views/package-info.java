// SPDX-License-Identifier: Apache-2.0
/** What primitives show to code written for {@code java.util.concurrent}. */
@NullMarked
package dev.quern.config.views;

import org.jspecify.annotations.NullMarked;

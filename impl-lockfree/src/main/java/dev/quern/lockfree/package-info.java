// SPDX-License-Identifier: Apache-2.0
/**
 * The provider without locks. One algorithm a file; each header says what the state words mean, why
 * the steps are right, what pairs with what, and who can hold up whom.
 */
@NullMarked
package dev.quern.lockfree;

import org.jspecify.annotations.NullMarked;

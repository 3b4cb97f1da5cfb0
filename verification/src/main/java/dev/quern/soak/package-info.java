// SPDX-License-Identifier: Apache-2.0
/**
 * Random programs over all five primitives, run on two providers with faults in between, and what
 * must hold whatever the schedule, checked against what they did.
 */
@NullMarked
package dev.quern.soak;

import org.jspecify.annotations.NullMarked;

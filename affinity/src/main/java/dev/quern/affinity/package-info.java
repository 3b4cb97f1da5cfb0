// SPDX-License-Identifier: Apache-2.0
/** Binding threads to CPUs, through OpenHFT's affinity library. */
@NullMarked
package dev.quern.affinity;

import org.jspecify.annotations.NullMarked;

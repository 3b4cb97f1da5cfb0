// SPDX-License-Identifier: Apache-2.0
/**
 * The command {@code quern bench}: runs the benchmarks fork by fork, side by side, throws away the
 * forks that others disturbed, and writes what it found as a page and as JSON.
 */
@NullMarked
package dev.quern.benchmarks.report;

import org.jspecify.annotations.NullMarked;

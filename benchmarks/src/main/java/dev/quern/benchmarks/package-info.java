// SPDX-License-Identifier: Apache-2.0
/**
 * What a submission costs in time and in bytes, one class a primitive. Compiled against the api
 * alone; the provider is a parameter, and each contender a method, so that others can stand beside
 * it.
 */
@NullMarked
package dev.quern.benchmarks;

import org.jspecify.annotations.NullMarked;

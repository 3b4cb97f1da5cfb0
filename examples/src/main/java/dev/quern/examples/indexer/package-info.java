// SPDX-License-Identifier: Apache-2.0
/** The main job: a full-text index of a directory, built with all five primitives. */
@NullMarked
package dev.quern.examples.indexer;

import org.jspecify.annotations.NullMarked;

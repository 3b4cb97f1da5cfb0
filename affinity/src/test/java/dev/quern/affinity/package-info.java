// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.quern.affinity;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.quern;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/**
 * The provider {@code locked}: every object has one {@link
 * java.util.concurrent.locks.ReentrantLock}, every field that it guards says so, and no user code
 * runs while it is held.
 */
@NullMarked
package dev.quern.locked;

import org.jspecify.annotations.NullMarked;

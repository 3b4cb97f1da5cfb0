// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import org.jspecify.annotations.Nullable;

/**
 * Code with a result, for {@link TaskContext#call(Call)}; throws only what it says.
 *
 * @param <T> the result
 * @param <X> what it throws; {@link RuntimeException} where nothing is declared
 */
@FunctionalInterface
public interface Call<T extends @Nullable Object, X extends Exception> {
  /** Runs inside the context. Rule T10. */
  T call() throws X;
}

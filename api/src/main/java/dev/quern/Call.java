// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import org.jspecify.annotations.Nullable;

@FunctionalInterface
public interface Call<T extends @Nullable Object, X extends Exception> {
  T call() throws X;
}

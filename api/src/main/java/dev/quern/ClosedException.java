// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import org.jspecify.annotations.Nullable;

public class ClosedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  public ClosedException(String message) {
    super(message);
  }

  public ClosedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

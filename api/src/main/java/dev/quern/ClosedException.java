// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import org.jspecify.annotations.Nullable;

/** A submission to a primitive whose close has begun. Rules G11, G17. */
public class ClosedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** With the primitive's kind and name in the message. */
  public ClosedException(String message) {
    super(message);
  }

  /** For a primitive that an error of our own broke: the cause (rule G17). */
  public ClosedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

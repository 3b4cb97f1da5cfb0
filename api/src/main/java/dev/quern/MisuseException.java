// SPDX-License-Identifier: Apache-2.0
package dev.quern;

/**
 * A call that can't be right: it names the primitive and what was wrong. Nothing was lost or
 * changed. Rule G6.
 */
public class MisuseException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** With the primitive's kind and name in the message. */
  public MisuseException(String message) {
    super(message);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern;

public class MisuseException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  public MisuseException(String message) {
    super(message);
  }
}

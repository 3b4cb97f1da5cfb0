// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.Objects;
import java.util.Optional;

/**
 * What user code threw, and where.
 *
 * @param kind the kind of primitive
 * @param primitive the primitive's name
 * @param item the item's name, where the primitive names its items
 * @param cause what was thrown
 */
public record Failure(Kind kind, String primitive, Optional<String> item, Throwable cause) {
  /** Checks that nothing is missing. */
  public Failure {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(primitive, "primitive");
    Objects.requireNonNull(item, "item");
    Objects.requireNonNull(cause, "cause");
  }
}

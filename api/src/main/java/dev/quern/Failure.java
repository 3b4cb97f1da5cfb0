// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.Objects;
import java.util.Optional;

public record Failure(Kind kind, String primitive, Optional<String> item, Throwable cause) {
  public Failure {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(primitive, "primitive");
    Objects.requireNonNull(item, "item");
    Objects.requireNonNull(cause, "cause");
  }
}

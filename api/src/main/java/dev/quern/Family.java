// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Instant;
import java.util.List;

public record Family(
    Kind kind,
    String name,
    String provider,
    int live,
    long pending,
    List<Running> running,
    long accepted,
    long coalesced,
    long refused,
    long completed,
    long failed) {
  public Family {
    running = List.copyOf(running);
  }

  public record Running(String item, Instant since, String thread) {}
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

public final class QueueSpec {
  private final String name;
  private final @Nullable Integer capacity;
  private final @Nullable Boolean producersWait;

  private QueueSpec(String name, @Nullable Integer capacity, @Nullable Boolean producersWait) {
    this.name = name;
    this.capacity = capacity;
    this.producersWait = producersWait;
  }

  /** The largest capacity a bounded queue may have. */
  public static final int MAX_CAPACITY = 1 << 30;

  public static QueueSpec bounded(String name, int capacity) {
    return new QueueSpec(
        Arguments.name(name), Arguments.range("capacity", capacity, 1, MAX_CAPACITY), null);
  }

  public static QueueSpec unbounded(String name) {
    return new QueueSpec(Arguments.name(name), null, null);
  }

  public QueueSpec producersWait(boolean producersWait) {
    return new QueueSpec(name, capacity, producersWait);
  }

  public String name() {
    return name;
  }

  public Optional<Integer> capacity() {
    return Optional.ofNullable(capacity);
  }

  public Optional<Boolean> producersWait() {
    return Optional.ofNullable(producersWait);
  }
}

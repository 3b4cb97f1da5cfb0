// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.List;

public interface Primitive extends AutoCloseable {
  String name();

  boolean isClosed();

  @Override
  void close();

  List<String> close(Duration limit) throws InterruptedException;
}

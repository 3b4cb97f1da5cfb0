// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;

public interface WorkQueue extends Primitive {
  Work newWork(String name, Action body);

  Work newWork(String name, Body<Work> body);

  void flush() throws InterruptedException;

  boolean flush(Duration limit) throws InterruptedException;

  void drain() throws InterruptedException;

  boolean drain(Duration limit) throws InterruptedException;
}

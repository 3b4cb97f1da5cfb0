// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.Action;
import dev.quern.Body;
import dev.quern.MisuseException;
import dev.quern.Work;
import dev.quern.WorkQueue;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;

/** A work queue that the runtime owns: all of it but closing (rule G19). */
record SystemWorkQueue(WorkQueue queue) implements WorkQueue {
  @Override
  public String name() {
    return queue.name();
  }

  @Override
  public Work newWork(String name, Action body) {
    return queue.newWork(name, body);
  }

  @Override
  public Work newWork(String name, Body<Work> body) {
    return queue.newWork(name, body);
  }

  @Override
  public void flush() throws InterruptedException {
    queue.flush();
  }

  @Override
  public boolean flush(Duration limit) throws InterruptedException {
    return queue.flush(limit);
  }

  @Override
  public void drain() throws InterruptedException {
    queue.drain();
  }

  @Override
  public boolean drain(Duration limit) throws InterruptedException {
    return queue.drain(limit);
  }

  @Override
  public ScheduledExecutorService asScheduledExecutorService() {
    return queue.asScheduledExecutorService();
  }

  @Override
  public void pause() {
    throw shared();
  }

  @Override
  public void pauseAndWait() {
    throw shared();
  }

  @Override
  public boolean pauseAndWait(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    throw shared();
  }

  @Override
  public void resume() {
    throw shared();
  }

  @Override
  public boolean isClosed() {
    return queue.isClosed();
  }

  @Override
  public void close() {
    throw misuse();
  }

  @Override
  public List<String> close(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    throw misuse();
  }

  @Override
  public String toString() {
    return queue.toString();
  }

  private MisuseException shared() {
    return new MisuseException(queue + ": is everybody's and cannot be paused");
  }

  private MisuseException misuse() {
    return new MisuseException(queue + ": belongs to the runtime and is closed with it");
  }
}

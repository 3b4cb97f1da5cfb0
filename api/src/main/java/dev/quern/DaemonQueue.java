// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.List;

public interface DaemonQueue<E> extends Inlet<E> {
  void activate();

  void pause();

  void pauseAndWait() throws InterruptedException;

  boolean pauseAndWait(Duration limit) throws InterruptedException;

  void resume();

  void flush() throws InterruptedException;

  boolean flush(Duration limit) throws InterruptedException;

  List<E> closeNow();

  <C> DaemonQueue<C> newChild(DaemonQueueSpec spec, Handler<? super C> handler);
}

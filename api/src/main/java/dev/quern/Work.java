// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;

public interface Work extends Primitive {
  Submission submit();

  Submission schedule(Duration delay);

  Submission scheduleAt(long nanoTime);

  Submission reschedule(Duration delay);

  Submission rescheduleAt(long nanoTime);

  Cancellation cancel();

  Cancellation cancelAndWait() throws InterruptedException;

  Cancellation cancelAndWait(Duration limit) throws InterruptedException;

  void flush() throws InterruptedException;

  boolean flush(Duration limit) throws InterruptedException;

  Cancellation disable();

  Cancellation disableAndWait() throws InterruptedException;

  Cancellation disableAndWait(Duration limit) throws InterruptedException;

  void enable();

  boolean isPending();

  boolean isBusy();

  boolean isCancelling();
}

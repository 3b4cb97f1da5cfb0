// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;

public interface Job extends Primitive {
  Submission submit();

  void done();

  Cancellation cancel();

  Cancellation cancelAndWait() throws InterruptedException;

  Cancellation cancelAndWait(Duration limit) throws InterruptedException;
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern;

public interface Task {
  String name();

  Submission dispatch();

  Cancellation cancel();
}

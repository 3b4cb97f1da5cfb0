// SPDX-License-Identifier: Apache-2.0
package dev.quern;

public enum Cancellation {
  REMOVED,
  RUNNING,
  IDLE,
  TIMED_OUT
}

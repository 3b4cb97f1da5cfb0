// SPDX-License-Identifier: Apache-2.0
package dev.quern;

public enum SystemQueue {
  DEFAULT,
  LONG_RUNNING,
  HIGH_PRIORITY,
  UNBOUND
}

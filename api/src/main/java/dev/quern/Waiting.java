// SPDX-License-Identifier: Apache-2.0
package dev.quern;

public enum Waiting {
  PARK,
  SPIN_THEN_PARK,
  YIELD,
  SPIN
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern;

public enum Submission {
  QUEUED,
  COALESCED,
  REFUSED
}

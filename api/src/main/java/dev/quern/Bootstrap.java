// SPDX-License-Identifier: Apache-2.0
package dev.quern;

public interface Bootstrap {
  Quern open(OpenOptions options);
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern;

@FunctionalInterface
public interface FailureHandler {
  void failed(Failure failure);
}

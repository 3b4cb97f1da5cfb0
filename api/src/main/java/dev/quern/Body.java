// SPDX-License-Identifier: Apache-2.0
package dev.quern;

@FunctionalInterface
public interface Body<H> {
  void run(H self) throws Exception;
}

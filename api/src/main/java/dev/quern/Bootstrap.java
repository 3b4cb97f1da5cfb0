// SPDX-License-Identifier: Apache-2.0
package dev.quern;

/**
 * Opens runtimes; found by {@link java.util.ServiceLoader} so that users compile against this
 * module alone. Rule R1.
 */
public interface Bootstrap {
  /**
   * Opens a runtime, or throws {@link ConfigurationException} having started nothing. Rules R2, R4.
   */
  Quern open(OpenOptions options);
}

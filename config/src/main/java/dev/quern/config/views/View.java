// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.views;

/** An executor view, as the runtime sees it. */
interface View {
  /** As {@code ExecutorService.shutdown}. */
  void shutdown();

  /** What the view uses has ended: what is left of its tasks will not run. */
  void abandon();
}

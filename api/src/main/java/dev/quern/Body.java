// SPDX-License-Identifier: Apache-2.0
package dev.quern;

/**
 * Code to run that needs its own handle, since a lambda can't name itself: {@code self -> {
 * self.schedule(period); ... }}.
 *
 * @param <H> the handle: {@link Work}, {@link Job} or {@link Task}
 */
@FunctionalInterface
public interface Body<H> {
  /** Runs once for each run owed; what it throws goes to the failure handler (rule G5). */
  void run(H self) throws Exception;
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.OpenOptions;
import dev.quern.Quern;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Opens a runtime in a JVM of its own, and ends without closing it. */
final class ExitProgram {
  private ExitProgram() {}

  public static void main(String[] args) {
    Worlds world = new Worlds();
    Quern quern = world.open(OpenOptions.NONE.set("quern.close-on-exit", args[0]));
    quern.newWorkQueue("maintenance");
    world.provider.fake("maintenance").closing =
        () -> {
          System.out.println("told: maintenance");
          return List.of();
        };
  }

  /** Runs it; returns what it printed. */
  static String run(String closeOnExit) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ExitProgram.class.getName(),
                closeOnExit)
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output.strip();
  }
}

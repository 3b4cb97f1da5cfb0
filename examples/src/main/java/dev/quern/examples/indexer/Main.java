// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.indexer;

import dev.quern.ConfigurationException;
import java.io.PrintWriter;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: {@code quern index} and {@code quern search}. */
@Command(
    name = "quern",
    description = "A full-text index of a directory, built on Quern's primitives.",
    subcommands = {IndexCommand.class, SearchCommand.class},
    mixinStandardHelpOptions = true,
    version = "quern 0.1.0")
public final class Main {
  private static final Logger LOG = Logger.getLogger("dev.quern"); // held, or its level is lost

  private Main() {}

  public static void main(String[] args) {
    LOG.setLevel(Level.WARNING); // which provider was taken is no news for this command's user
    System.exit(commandLine().execute(args));
  }

  /** The commands; the exit code is 0, 1 (could not be done) or 2 (wrong command). */
  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler((e, line, parsed) -> explain(e, line.getErr()));
  }

  private static int explain(Exception e, PrintWriter err) throws Exception {
    if (e instanceof UserError error) {
      err.println("quern: " + error.getMessage());
      return error.exitCode;
    }
    if (e instanceof ConfigurationException configuration) {
      configuration.problems().forEach(problem -> err.println("quern: " + problem));
      return 2;
    }
    throw e;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.OpenOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What makes the first opening of a process slow is not there where it is not needed. */
@Timeout(60)
class OpeningTest {
  @Test
  void withoutAFileTheLibraryForFilesIsNotLoadedAndNoLambdaMade() throws Exception {
    List<String> loaded = loaded("quern.checks", "false");
    assertTrue(loaded.contains(QuernRuntime.class.getName()), loaded::toString);
    assertEquals(List.of(), loaded.stream().filter(OpeningTest::isDear).toList());
  }

  @Test
  void aValueThatRefersToAnotherOneHasIt() throws Exception {
    assertTrue(loaded("quern.checks", "${sys:no.such}true").stream().anyMatch(OpeningTest::isDear));
  }

  private static boolean isDear(String type) {
    return type.startsWith("org.apache.commons.")
        || (type.startsWith("dev.quern.") && type.contains("$$Lambda") && !type.contains(".Fake"));
  }

  /** The classes that a JVM loads which opens a runtime with that setting. */
  private static List<String> loaded(String key, String value) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:stdout:none",
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                key,
                value)
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output.lines().map(line -> line.split(" ")[0]).toList();
  }

  /** What the test runs. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      try {
        new Worlds().open(OpenOptions.NONE.set(args[0], args[1]));
      } catch (RuntimeException malformed) {
        System.out.println(malformed);
      }
      Runtime.getRuntime().halt(0);
    }
  }
}

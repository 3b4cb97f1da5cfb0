// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.benchmarks.report.ForeignCpu.Ticks;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForeignCpuTest {
  private static final String SELF =
      "17 (a b) c) S 1 2 3 4 5 6 7 8 9 10 100 20 30 4 20 0 9 0 99 1 1";

  @TempDir Path proc;

  @Test
  void busyIsWhatProcessesUsedAndTheHostStole() {
    Ticks ticks = ForeignCpu.parse("cpu  100 10 50 800 7 1 2 30 5 0\ncpu0 1 1 1", SELF);
    assertEquals(new Ticks(190, 1000, 154), ticks);
  }

  @Test
  void whatChildrenUsedIsOurs() {
    Ticks before = new Ticks(1000, 10_000, 500);
    assertEquals(0, new Ticks(1150, 10_200, 650).foreignPercentSince(before));
    assertEquals(25, new Ticks(1200, 10_200, 650).foreignPercentSince(before));
  }

  @Test
  void ticksThatAreCountedLateMakeNoNegativeShare() {
    Ticks before = new Ticks(1000, 10_000, 500);
    assertEquals(0, new Ticks(1010, 10_100, 520).foreignPercentSince(before));
    assertEquals(0, before.foreignPercentSince(before));
  }

  @Test
  void withoutProcNothingIsSeen() throws Exception {
    assertTrue(new ForeignCpu(proc).now().isEmpty());
    Files.createDirectories(proc.resolve("self"));
    Files.writeString(proc.resolve("stat"), "cpu  1 1 1 1 1 1 1 1 0 0\n");
    Files.writeString(proc.resolve("self/stat"), SELF);
    assertEquals(154, new ForeignCpu(proc).now().orElseThrow().own());
  }
}

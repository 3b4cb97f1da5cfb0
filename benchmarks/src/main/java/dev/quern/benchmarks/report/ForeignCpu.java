// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How much of the machine others used while something of ours ran: what {@code /proc/stat} counts
 * as busy, less what this process and its children, dead and waited for, have used themselves. Time
 * that the host stole from a virtual machine counts as others'.
 */
final class ForeignCpu {
  /** Clock ticks: of the machine, busy and in all, and of ourselves. */
  record Ticks(long busy, long all, long own) {
    /** The share of the whole machine that others used since {@code before}, in per cent. */
    double foreignPercentSince(Ticks before) {
      long passed = all - before.all;
      long others = (busy - before.busy) - (own - before.own);
      return passed <= 0 ? 0 : Math.max(0, 100.0 * others / passed);
    }
  }

  private final Path proc;

  ForeignCpu(Path proc) {
    this.proc = proc;
  }

  /** Now; empty where there is no {@code /proc}. */
  Optional<Ticks> now() {
    try {
      String machine = Files.readString(proc.resolve("stat"));
      String own = Files.readString(proc.resolve("self/stat"));
      return Optional.of(parse(machine, own));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  static Ticks parse(String machine, String self) {
    // cpu user nice system idle iowait irq softirq steal guest guest_nice; user contains guest
    String[] cpu = machine.lines().findFirst().orElseThrow().trim().split("\\s+");
    long all = 0;
    for (int i = 1; i <= 8; i++) {
      all += Long.parseLong(cpu[i]);
    }
    long busy = at(cpu, 1) + at(cpu, 2) + at(cpu, 3) + at(cpu, 8); // interrupts are nobody's
    // pid (name) state ...: the name may hold anything, a bracket too
    String[] own = self.substring(self.lastIndexOf(')') + 2).trim().split("\\s+");
    return new Ticks(busy, all, at(own, 11) + at(own, 12) + at(own, 13) + at(own, 14));
  }

  private static long at(String[] fields, int index) {
    return Long.parseLong(fields[index]);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.affinity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.openhft.affinity.Affinity;

/**
 * The CPUs that this process may use. A thread can be bound to fewer, and hands that on to the
 * threads that it starts; so it is the first thread of the process that is asked, where the system
 * tells of it (Linux), else the calling one.
 */
final class AllowedCpus {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Pattern LINE = Pattern.compile("(?m)^Cpus_allowed_list:\\s*([0-9,-]+)$");
  private static final Pattern RANGE = Pattern.compile("(\\d+)(?:-(\\d+))?");

  private AllowedCpus() {}

  static BitSet ofThisProcess() {
    return ofFirstThread().orElseGet(Affinity::getAffinity);
  }

  private static Optional<BitSet> ofFirstThread() {
    try {
      return Files.isReadable(STATUS) ? parse(Files.readString(STATUS)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The CPUs in a text in which a line says {@code Cpus_allowed_list: 0-3,8}. */
  static Optional<BitSet> parse(String status) {
    Matcher line = LINE.matcher(status);
    if (!line.find()) {
      return Optional.empty();
    }
    BitSet cpus = new BitSet();
    Matcher range = RANGE.matcher(line.group(1));
    while (range.find()) {
      int first = Integer.parseInt(range.group(1));
      int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
      cpus.set(first, last + 1);
    }
    return Optional.of(cpus);
  }
}

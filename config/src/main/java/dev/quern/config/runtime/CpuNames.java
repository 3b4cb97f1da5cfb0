// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.ThreadPoolSpec;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How the pools of the CPUs are named: {@code io-cpu0}, {@code io-cpu1} (rule P12). */
final class CpuNames {
  private static final Pattern NAME = Pattern.compile("(.+)-cpu\\d{1,6}");

  private CpuNames() {}

  static String of(String common, int cpu) {
    return common + "-cpu" + cpu;
  }

  /** The spec, for the pool of that CPU. */
  static ThreadPoolSpec of(ThreadPoolSpec spec, int cpu) {
    ThreadPoolSpec renamed = ThreadPoolSpec.named(of(spec.name(), cpu));
    renamed = set(renamed, spec.priority(), ThreadPoolSpec::priority);
    renamed = set(renamed, spec.maxThreads(), ThreadPoolSpec::maxThreads);
    renamed = set(renamed, spec.idleLimit(), ThreadPoolSpec::idleLimit);
    renamed = set(renamed, spec.virtual(), ThreadPoolSpec::virtual);
    renamed = set(renamed, spec.maxRun(), ThreadPoolSpec::maxRun);
    renamed = set(renamed, spec.threadNames(), ThreadPoolSpec::threadNames);
    return set(renamed, spec.clearThreadLocals(), ThreadPoolSpec::clearThreadLocals);
  }

  private static <T> ThreadPoolSpec set(
      ThreadPoolSpec spec,
      Optional<T> option,
      BiFunction<ThreadPoolSpec, T, ThreadPoolSpec> setter) {
    return option.map(value -> setter.apply(spec, value)).orElse(spec);
  }

  /** The name of each CPU's pool has to be one, too (rules G1, G14). */
  static void requireShort(String common, int cpus) {
    if (!ValueType.isName(of(common, cpus - 1))) {
      throw new IllegalArgumentException(
          "name is \""
              + common
              + "\", must leave room for that of a CPU: "
              + of("", cpus - 1)
              + " within 64 characters");
    }
  }

  /** What the name has in common with the other CPUs', if it is one of a CPU. */
  static Optional<String> common(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionResult;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.kotlinx.lincheck.util.ExceptionResult;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuarantee;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.verifier.Verifier;

/**
 * A protocol of a few threads with fixed steps, run in interleavings that Lincheck chooses. It
 * fails, and shows the interleaving, when a step throws or when all threads sleep for ever.
 *
 * <p>The steps are public methods without arguments of a public class with a public constructor,
 * made anew for each interleaving. One annotated with {@code Validate} is called at the end.
 */
final class Interleavings {
  private static final int PERCENT = Integer.getInteger("verification.percent", 20);

  /** A pause is one step: else most switches fall into the loops that pass a moment. */
  private static final ManagedStrategyGuarantee PAUSES =
      ManagedStrategyGuaranteeKt.forClasses(Linger.class.getName()).methods("pause").ignore();

  private final Class<?> type;
  private final List<List<Actor>> threads = new ArrayList<>();

  private Interleavings(Class<?> type) {
    this.type = type;
  }

  static Interleavings of(Class<?> type) {
    return new Interleavings(type);
  }

  /** One more thread, with its steps in order. */
  Interleavings thread(String... steps) {
    threads.add(Stream.of(steps).map(this::actor).toList());
    return this;
  }

  /** So much of a size as this run is to cost: the property {@code verification.percent}. */
  static int percentOf(int size) {
    return Math.max(1, size * PERCENT / 100);
  }

  /** So many interleavings at full size. */
  void check(int interleavings) {
    ExecutionScenario scenario = new ExecutionScenario(List.of(), threads, List.of(), null);
    new ModelCheckingOptions()
        .iterations(0)
        .addCustomScenario(scenario)
        .minimizeFailedScenario(false)
        .invocationsPerIteration(percentOf(interleavings))
        .verifier(NothingThrown.class)
        .addGuarantee(PAUSES)
        .check(type);
  }

  private Actor actor(String step) {
    try {
      return new Actor(type.getMethod(step), List.of());
    } catch (NoSuchMethodException missing) {
      throw new IllegalArgumentException(missing);
    }
  }

  /** The only thing asked of results: a step does not throw. */
  public static final class NothingThrown implements Verifier {
    /** As Lincheck makes it. */
    public NothingThrown(Class<?> sequentialSpecification) {}

    @Override
    public boolean verifyResults(ExecutionScenario scenario, ExecutionResult results) {
      return results.getThreadsResultsWithClock().stream()
          .flatMap(List::stream)
          .noneMatch(result -> result.getResult() instanceof ExceptionResult);
    }
  }
}

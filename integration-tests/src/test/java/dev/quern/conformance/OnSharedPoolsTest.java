// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.quern.spi.Provider;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/**
 * What the contract says of work queues holds for those on a shared pool, and what it says of jobs
 * for those of a view (P17, W25): the same tests pass. Left out are those about the pool's threads.
 */
class OnSharedPoolsTest {
  private static final List<Class<?>> RULES =
      List.of(
          ThreadPoolCancelRules.class,
          ThreadPoolDoneRules.class,
          ThreadPoolInterlockRules.class,
          ThreadPoolOrderRules.class,
          ThreadPoolNamesRules.class,
          WorkCancelRules.class,
          WorkCloseRules.class,
          WorkDrainRules.class,
          WorkFlushRules.class,
          WorkItemCloseRules.class,
          WorkLifeRules.class,
          WorkMisuseRules.class,
          WorkQueueRules.class,
          WorkRescheduleRules.class,
          WorkRunRules.class,
          WorkStateRules.class,
          WorkTimerRules.class);

  /** What is not the same: threads are the pool's affair, and failures bear the view's kind. */
  private static final Set<String> EXCEPT =
      Set.of(
          "aThreadFactoryThatHangsHoldsUpNoTimer",
          "whatABodyThrowsIsReportedOnceUnderTheJobsName",
          "whatABodyThrowsAfterDoneIsReportedOnceUnderTheJobsName");

  static Stream<Class<? extends Provider>> providers() {
    return Stream.of(OnSharedPools.Locked.class, OnSharedPools.Lockfree.class);
  }

  @ParameterizedTest
  @MethodSource("providers")
  void theSameRulesHold(Class<? extends Provider> provider) {
    Events tests =
        EngineTestKit.engine("junit-jupiter")
            .selectors(
                RULES.stream()
                    .flatMap(OnSharedPoolsTest::testsOf)
                    .toArray(DiscoverySelector[]::new))
            .configurationParameter(ProvidersExtension.PROVIDER, provider.getName())
            .execute()
            .testEvents();
    assertEquals(List.of(), tests.failed().map(Event::toString).toList());
    assertNotEquals(0, tests.succeeded().count());
  }

  private static Stream<DiscoverySelector> testsOf(Class<?> rules) {
    return Stream.of(rules.getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(Conformance.class))
        .filter(method -> !EXCEPT.contains(method.getName()))
        .map(method -> selectMethod(rules, method));
  }
}

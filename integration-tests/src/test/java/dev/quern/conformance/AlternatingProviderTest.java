// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** Rules in which several primitives take part hold where each is of another provider (R5). */
class AlternatingProviderTest {
  @TestFactory
  @Rule("R5")
  Stream<DynamicTest> theRulesHoldAcrossProviders() {
    return Stream.of(
            DaemonQueueTargetRules.class,
            DaemonQueueClosingRules.class,
            DaemonQueuePauseRules.class,
            DaemonQueueFlushRules.class,
            DaemonQueueRules.class,
            DaemonQueueStressRules.class,
            SelfWaitRules.class,
            BreakdownRules.class,
            VisibilityRules.class,
            ReachabilityRules.class,
            ThreadPoolSharingRules.class,
            TaskContextHandoverRules.class)
        .map(rules -> DynamicTest.dynamicTest(rules.getSimpleName(), () -> assertHold(rules)));
  }

  private static void assertHold(Class<?> rules) {
    Events tests =
        EngineTestKit.engine("junit-jupiter")
            .selectors(selectClass(rules))
            .configurationParameter(
                ProvidersExtension.PROVIDER, AlternatingProvider.class.getName())
            .execute()
            .testEvents();
    assertEquals(List.of(), tests.failed().stream().map(Object::toString).toList());
    assertTrue(tests.succeeded().count() > 0);
  }
}

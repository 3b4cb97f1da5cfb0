// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.quern.conformance.broken.BoundNotTold;
import dev.quern.conformance.broken.CancelLosesAnother;
import dev.quern.conformance.broken.DoubleSignal;
import dev.quern.conformance.broken.DroppedAtClose;
import dev.quern.conformance.broken.EarlyBarrier;
import dev.quern.conformance.broken.EarlyTimer;
import dev.quern.conformance.broken.Faultless;
import dev.quern.conformance.broken.ForeignSiblingCutOff;
import dev.quern.conformance.broken.HangingMisuse;
import dev.quern.conformance.broken.IgnoredDone;
import dev.quern.conformance.broken.KeepsThreadLocals;
import dev.quern.conformance.broken.LastContext;
import dev.quern.conformance.broken.LeakyInterrupt;
import dev.quern.conformance.broken.LifoQueue;
import dev.quern.conformance.broken.LostAtTheEnd;
import dev.quern.conformance.broken.LostResume;
import dev.quern.conformance.broken.LostSubmission;
import dev.quern.conformance.broken.LostWakeUp;
import dev.quern.conformance.broken.OverfullView;
import dev.quern.conformance.broken.OverlappingKey;
import dev.quern.conformance.broken.OverlappingWork;
import dev.quern.conformance.broken.RateWithoutCatchingUp;
import dev.quern.conformance.broken.RemembersKeys;
import dev.quern.conformance.broken.RemovesTwo;
import dev.quern.conformance.broken.ReservedInName;
import dev.quern.conformance.broken.RoundedCapacity;
import dev.quern.conformance.broken.RunShownAnew;
import dev.quern.conformance.broken.SiblingCutOff;
import dev.quern.conformance.broken.SurvivesCancel;
import dev.quern.conformance.broken.TakesWhenClosed;
import dev.quern.conformance.broken.UnboundWorkers;
import dev.quern.conformance.broken.UnseenCoalesced;
import dev.quern.conformance.broken.Untimed;
import dev.quern.conformance.broken.WaitsForAll;
import dev.quern.spi.Provider;
import java.lang.reflect.Method;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/** Each provider that is wrong on purpose is caught by the rule that it breaks. */
class BrokenProvidersTest {
  private static final Map<Class<? extends Provider>, String> CAUGHT_BY =
      Map.ofEntries(
          Map.entry(LifoQueue.class, "Q3"),
          Map.entry(RoundedCapacity.class, "Q1"),
          Map.entry(DoubleSignal.class, "Q11"),
          Map.entry(LostWakeUp.class, "D3"),
          Map.entry(DroppedAtClose.class, "D6"),
          Map.entry(SiblingCutOff.class, "D8"),
          Map.entry(ForeignSiblingCutOff.class, "R5"),
          Map.entry(IgnoredDone.class, "P5"),
          Map.entry(CancelLosesAnother.class, "P6"),
          Map.entry(UnboundWorkers.class, "P12"),
          Map.entry(EarlyBarrier.class, "T7"),
          Map.entry(OverlappingWork.class, "W3"),
          Map.entry(EarlyTimer.class, "W4"),
          Map.entry(SurvivesCancel.class, "W7"),
          Map.entry(OverlappingKey.class, "W17"),
          Map.entry(LostAtTheEnd.class, "W17"),
          Map.entry(RemembersKeys.class, "W17"),
          Map.entry(UnseenCoalesced.class, "G2"),
          Map.entry(HangingMisuse.class, "G6"),
          Map.entry(TakesWhenClosed.class, "G11"),
          Map.entry(LostSubmission.class, "P14"),
          Map.entry(RateWithoutCatchingUp.class, "W19"),
          Map.entry(RemovesTwo.class, "Q15"),
          Map.entry(OverfullView.class, "P17"),
          Map.entry(ReservedInName.class, "W14"),
          Map.entry(LostResume.class, "W25"),
          Map.entry(RunShownAnew.class, "W18"),
          Map.entry(BoundNotTold.class, "G20"),
          Map.entry(WaitsForAll.class, "G20"),
          Map.entry(KeepsThreadLocals.class, "P18"),
          Map.entry(Untimed.class, "R8"),
          Map.entry(LeakyInterrupt.class, "G5"),
          Map.entry(LastContext.class, "G21"));

  /** A hang is a failure after this many milliseconds. */
  private static final String SHORT_LIMIT = "3000";

  private static final String LONG_LIMIT = "30000";

  @TestFactory
  Stream<DynamicTest> eachIsCaughtByTheRuleItBreaks() {
    return CAUGHT_BY.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getValue() + " catches " + entry.getKey().getSimpleName(),
                    () -> assertCaught(entry.getKey(), entry.getValue())));
  }

  /** By one test at least, which fails on it, and passes where only the fault is missing. */
  private static void assertCaught(Class<? extends Provider> provider, String rule) {
    Method catcher =
        testsOf(rule)
            .filter(test -> run(provider, SHORT_LIMIT, test).failed().count() > 0)
            .findFirst()
            .orElseThrow(
                () -> new AssertionError(rule + " did not notice " + provider.getSimpleName()));
    Events faultless = run(Faultless.class, LONG_LIMIT, catcher);
    assertEquals(
        List.of(),
        faultless.failed().map(Event::getPayload).toList(),
        () -> catcher + " fails by the wrapping, not by the fault");
    assertNotEquals(0, faultless.succeeded().count());
  }

  private static Events run(Class<? extends Provider> provider, String limit, Method test) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectMethod(test.getDeclaringClass(), test))
        .configurationParameter(ProvidersExtension.PROVIDER, provider.getName())
        .configurationParameter(ProvidersExtension.LIMIT, limit)
        .execute()
        .testEvents();
  }

  /** Those that prove this rule before others come first. */
  private static Stream<Method> testsOf(String rule) {
    return ReflectionSupport.streamAllClassesInPackage(
            "dev.quern.conformance", type -> true, name -> name.contains("Rules"))
        .flatMap(
            type ->
                ReflectionSupport.streamMethods(
                    type, method -> bears(method, rule), HierarchyTraversalMode.TOP_DOWN))
        .sorted(
            Comparator.comparing(
                    (Method test) -> !test.getAnnotation(Rule.class).value()[0].equals(rule))
                .thenComparing(Method::toString));
  }

  private static boolean bears(Method method, String number) {
    Rule rule = method.getAnnotation(Rule.class);
    return rule != null
        && method.isAnnotationPresent(Conformance.class)
        && List.of(rule.value()).contains(number);
  }
}

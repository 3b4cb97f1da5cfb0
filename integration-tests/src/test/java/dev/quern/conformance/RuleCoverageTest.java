// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** Every rule that owes a test has one, and every test names rules that there are. */
class RuleCoverageTest {
  private static final Path TABLE = Path.of("target", "rule-coverage.txt");

  @Test
  void everyRuleHasATestAndEveryTestNamesRules() throws Exception {
    Contract contract = Contract.packaged();
    SortedMap<String, SortedSet<String>> tests = testsByRule();
    Files.writeString(TABLE, table(contract, tests));
    assertEquals(List.of(), faults(contract, tests), () -> "see " + TABLE.toAbsolutePath());
  }

  @Test
  void anUnprovedAnUnknownAndALaterRuleAreFaults() {
    Contract contract =
        Contract.parse("- **Q1** a\n- **Q2** b\n- **Q3** [B] + c\n- **Q4** [later] d\nQ9 prose\n");
    SortedMap<String, SortedSet<String>> tests = new TreeMap<>();
    for (String rule : List.of("Q2", "Q3", "Q4", "Q9")) {
      tests.put(rule, new TreeSet<>(List.of("Some.test")));
    }
    assertEquals(
        List.of(
            "Q1 has no test",
            "Q4 comes later, and is claimed by [Some.test]",
            "Q9 is no rule, and is claimed by [Some.test]"),
        faults(contract, tests));
    assertThrows(IllegalArgumentException.class, () -> Contract.parse("- **Q1** [soon] a\n"));
  }

  @Test
  void everyConformanceTestNamesARule() {
    assertEquals(
        List.of(),
        testMethods()
            .filter(method -> method.isAnnotationPresent(Conformance.class))
            .filter(method -> !method.isAnnotationPresent(Rule.class))
            .map(RuleCoverageTest::title)
            .toList());
  }

  private static List<String> faults(
      Contract contract, SortedMap<String, SortedSet<String>> tests) {
    List<String> faults = new ArrayList<>();
    for (Contract.Clause clause : contract.clauses()) {
      if (!clause.exempt() && !tests.containsKey(clause.number())) {
        faults.add(clause.number() + " has no test");
      }
      if (clause.later() && tests.containsKey(clause.number())) {
        faults.add(
            clause.number() + " comes later, and is claimed by " + tests.get(clause.number()));
      }
    }
    tests.forEach(
        (rule, names) -> {
          if (contract.clause(rule).isEmpty()) {
            faults.add(rule + " is no rule, and is claimed by " + names);
          }
        });
    return faults;
  }

  private static SortedMap<String, SortedSet<String>> testsByRule() {
    SortedMap<String, SortedSet<String>> tests = new TreeMap<>();
    testMethods()
        .forEach(
            method -> {
              Rule rule = method.getAnnotation(Rule.class);
              for (String number : rule == null ? new String[0] : rule.value()) {
                tests.computeIfAbsent(number, any -> new TreeSet<>()).add(title(method));
              }
            });
    return tests;
  }

  private static Stream<Method> testMethods() {
    return ReflectionSupport.streamAllClassesInPackage(
            "dev.quern.conformance", type -> true, name -> true)
        .flatMap(
            type ->
                ReflectionSupport.streamMethods(
                    type,
                    method -> AnnotationSupport.isAnnotated(method, Testable.class),
                    HierarchyTraversalMode.TOP_DOWN));
  }

  private static String title(Method method) {
    return method.getDeclaringClass().getSimpleName() + "." + method.getName();
  }

  private static String table(Contract contract, SortedMap<String, SortedSet<String>> tests) {
    StringBuilder table = new StringBuilder();
    for (Contract.Clause clause : contract.clauses()) {
      table.append("%-4s %s%n".formatted(clause.number(), clause.marks()));
      tests
          .getOrDefault(clause.number(), new TreeSet<>())
          .forEach(test -> table.append("       %s%n".formatted(test)));
    }
    return table.toString();
  }
}

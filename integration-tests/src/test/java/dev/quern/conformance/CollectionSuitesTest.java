// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.testing.QueueTestSuiteBuilder;
import com.google.common.collect.testing.TestStringQueueGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.QueueSpec;
import dev.quern.config.Runtimes;
import dev.quern.spi.Provider;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.ServiceLoader;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import junit.framework.Test;
import junit.framework.TestFailure;
import junit.framework.TestResult;
import junit.framework.TestSuite;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/** Guava's suites for queues, on the blocking view of every provider's queues (Q15). */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CollectionSuitesTest {
  private static final int CAPACITY = 100; // more than any of the tests puts in

  private final List<Quern> runtimes = new ArrayList<>();

  @AfterEach
  void close() {
    runtimes.forEach(Quern::close);
  }

  @TestFactory
  @Rule("Q15")
  Stream<DynamicNode> theViewPassesTheSuites(TestReporter reporter) {
    List<DynamicNode> suites = new ArrayList<>();
    for (Provider provider : ServiceLoader.load(Provider.class)) {
      Quern quern = Runtimes.open(provider, OpenOptions.NONE.set("quern.checks", "true"));
      runtimes.add(quern);
      List<QueueSpec> specs =
          List.of(
              QueueSpec.unbounded("unbounded"),
              QueueSpec.bounded("bounded", CAPACITY).producersWait(true));
      for (QueueSpec spec : specs) {
        String name = provider.name() + ", " + spec.name();
        TestSuite suite = suite(name, quern, spec);
        reporter.publishEntry(name, suite.countTestCases() + " tests");
        assertTrue(suite.countTestCases() > 200, name + ": " + suite.countTestCases());
        suites.add(node(suite));
      }
    }
    return suites.stream();
  }

  private static TestSuite suite(String name, Quern quern, QueueSpec spec) {
    return QueueTestSuiteBuilder.using(
            new TestStringQueueGenerator() {
              @Override
              protected Queue<String> create(String[] elements) {
                BlockingQueue<String> view = quern.<String>newQueue(spec).asBlockingQueue();
                Collections.addAll(view, elements);
                return view;
              }
            })
        .named(name)
        .withFeatures(
            CollectionFeature.GENERAL_PURPOSE, CollectionFeature.KNOWN_ORDER, CollectionSize.ANY)
        .createTestSuite();
  }

  private static DynamicNode node(Test test) {
    if (test instanceof TestSuite suite) {
      return DynamicContainer.dynamicContainer(
          suite.getName(),
          Collections.list(suite.tests()).stream().map(CollectionSuitesTest::node));
    }
    return DynamicTest.dynamicTest(test.toString(), () -> run(test));
  }

  private static void run(Test test) throws Throwable {
    TestResult result = new TestResult();
    test.run(result);
    List<TestFailure> bad = new ArrayList<>(Collections.list(result.errors()));
    bad.addAll(Collections.list(result.failures()));
    if (!bad.isEmpty()) {
      throw bad.get(0).thrownException();
    }
  }
}

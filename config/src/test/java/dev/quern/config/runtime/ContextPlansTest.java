// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.ConfigurationException;
import dev.quern.Kind;
import dev.quern.TaskContextSpec;
import dev.quern.config.runtime.Maker.Plan;
import dev.quern.config.runtime.Registry.Member;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ContextPlansTest {
  private final ContextPlans plans = new ContextPlans();

  private Plan<TaskContextSpec> plan(TaskContextSpec spec) {
    Member member = new Member(Kind.TASK_CONTEXT, spec.name(), false, 0, "p", List.of(), 1);
    return plans.of(spec, () -> new Plan<>(spec, member));
  }

  @Test
  void equalSpecsShareAPlan() {
    Plan<TaskContextSpec> plan = plan(TaskContextSpec.named("device").maxInline(7));
    assertSame(plan, plan(TaskContextSpec.named("device").maxInline(7)));
  }

  @Test
  void eachOptionMakesAPlanOfItsOwn() {
    TaskContextSpec spec = TaskContextSpec.named("device");
    List<TaskContextSpec> all =
        List.of(
            spec,
            spec.maxInline(7),
            spec.maxInlineTime(Duration.ofMillis(7)),
            spec.pool("io"),
            TaskContextSpec.named("another"));
    for (TaskContextSpec one : all) {
      for (TaskContextSpec other : all) {
        if (one != other) {
          assertNotSame(plan(one), plan(other));
        }
      }
      assertSame(one, plan(one).spec());
    }
  }

  @Test
  void anyNumberOfNamesHasItsOwnPlan() {
    IntStream.range(0, 1_000)
        .forEach(i -> assertEquals("n" + i, plan(TaskContextSpec.named("n" + i)).spec().name()));
  }

  @Test
  void whatCannotBeWorkedOutIsAskedForAgain() {
    TaskContextSpec spec = TaskContextSpec.named("device");
    assertThrows(
        ConfigurationException.class,
        () ->
            plans.of(
                spec,
                () -> {
                  throw new ConfigurationException(List.of("wrong"));
                }));
    assertSame(spec, plan(spec).spec());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.Action;
import dev.quern.ContextHook;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.examples.OnEachProvider;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Contexts that threads know, carried over to the runs of works. */
class CarriedContextTest {
  private interface Caller {
    void call(Object context, Action code) throws Exception;
  }

  @Test
  void aThreadLocalIsCarried() throws Exception {
    check(
        RequestNames.hook(),
        (context, code) -> RequestNames.serve(context.toString(), code),
        () -> String.valueOf(RequestNames.current()));
  }

  /** By public methods, looked up: this compiles for a JDK without them. */
  @Test
  void aScopedValueIsCarried() throws Exception {
    assumeTrue(Runtime.version().feature() >= 25, "needs ScopedValue");
    Class<?> type = Class.forName("java.lang.ScopedValue");
    Object key = type.getMethod("newInstance").invoke(null);
    Method where = type.getMethod("where", type, Object.class);
    Method run = where.getReturnType().getMethod("run", Runnable.class);
    Method orElse = type.getMethod("orElse", Object.class);
    Caller caller =
        (context, code) -> {
          Exception[] thrown = new Exception[1];
          Runnable body =
              () -> {
                try {
                  code.run();
                } catch (Exception e) {
                  thrown[0] = e;
                }
              };
          run.invoke(where.invoke(null, key, context), body);
          if (thrown[0] != null) {
            throw thrown[0];
          }
        };
    Callable<String> current = () -> orElse.invoke(key, "null").toString();
    ContextHook hook =
        code -> {
          String context = value(current);
          return context.equals("null") ? code : () -> caller.call(context, code);
        };
    check(hook, caller, current);
  }

  private static String value(Callable<String> current) {
    try {
      return current.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void check(ContextHook hook, Caller caller, Callable<String> current)
      throws Exception {
    for (String provider : OnEachProvider.World.names()) {
      List<String> seen = new CopyOnWriteArrayList<>();
      OpenOptions options = OpenOptions.NONE.set("quern.provider", provider).contextHook(hook);
      try (Quern quern = Quern.open(options)) {
        WorkQueue queue = quern.newWorkQueue("q");
        List<Work> works = new ArrayList<>();
        for (String request : List.of("a", "b")) {
          Work work = queue.newWork("work", () -> seen.add(current.call()));
          caller.call(request, work::submit);
          work.flush();
          works.add(work);
        }
        works.get(0).submit();
        works.get(0).flush();
      }
      assertEquals(List.of("a", "b", "null"), seen, provider);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.programs;

import dev.quern.Action;
import dev.quern.ContextHook;
import org.jspecify.annotations.Nullable;

/** Knows by the thread which request is being served, as the context of a logging library does. */
public final class RequestNames {
  private static final ThreadLocal<@Nullable String> CURRENT = new ThreadLocal<>();

  private RequestNames() {}

  /** The request that the caller serves; null for none. */
  public static @Nullable String current() {
    return CURRENT.get();
  }

  /** Serves a request on this thread. */
  public static void serve(String request, Action code) throws Exception {
    String before = CURRENT.get();
    CURRENT.set(request);
    try {
      code.run();
    } finally {
      CURRENT.set(before);
    }
  }

  /** What a runtime is opened with, so that runs know for which request they were submitted. */
  public static ContextHook hook() {
    return run -> {
      String submitter = CURRENT.get();
      return () -> {
        String before = CURRENT.get();
        CURRENT.set(submitter);
        try {
          run.run();
        } finally {
          CURRENT.set(before); // a task context may have lent some caller's thread
        }
      };
    };
  }
}

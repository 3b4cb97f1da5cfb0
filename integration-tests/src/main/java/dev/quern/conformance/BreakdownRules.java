// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.ClosedException;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Job;
import dev.quern.KeyedWorkQueue;
import dev.quern.KeyedWorkQueueSpec;
import dev.quern.Next;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.Submission;
import dev.quern.ThreadPool;
import dev.quern.Work;
import dev.quern.WorkQueue;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An Error in the middle of a provider's own code: rule G17. It may break the primitive, and then
 * not silently; a primitive that works on is as good.
 */
public final class BreakdownRules {
  /** A worker on which everything that a provider does around a run fails, once armed. */
  private static final class Fragile extends Thread {
    private final AtomicReference<@Nullable Error> fault;

    Fragile(Runnable body, AtomicReference<@Nullable Error> fault) {
      super(body);
      this.fault = fault;
    }

    private void fail() {
      Error error = Thread.currentThread() == this ? fault.getAndSet(null) : null;
      if (error != null) {
        throw error;
      }
    }

    @Override
    public @Nullable ClassLoader getContextClassLoader() {
      fail();
      return super.getContextClassLoader();
    }

    @Override
    public void setContextClassLoader(@Nullable ClassLoader loader) {
      fail();
      super.setContextClassLoader(loader);
    }
  }

  private final AtomicReference<@Nullable Error> fault = new AtomicReference<>();

  private Quern fragile(Scene scene) {
    scene.mayBreak("fragile");
    return scene.open(OpenOptions.NONE.threadFactory(body -> new Fragile(body, fault)));
  }

  @Conformance
  @Rule("G17")
  void anErrorInADrainer(Scene scene) {
    Handler<Action> handler = Action::run;
    DaemonQueue<Action> queue =
        fragile(scene).newDaemonQueue(DaemonQueueSpec.unbounded("fragile"), handler);
    AtomicBoolean ran = new AtomicBoolean();
    Error error = new OutOfMemoryError("in the drainer");
    queue.add(
        () -> {
          queue.add(() -> ran.set(true)); // accepted, and perhaps never handled
          fault.set(error);
        });
    worksOnOrSaysWhy(
        scene,
        error,
        () -> {
          queue.add(() -> ran.set(true));
          return ran.get();
        });
  }

  @Conformance
  @Rule("G17")
  void anErrorInAWorkerOfAPool(Scene scene) {
    ThreadPool pool = fragile(scene).threadPool("fragile");
    AtomicBoolean ran = new AtomicBoolean();
    Error error = new OutOfMemoryError("in the worker");
    Job next = pool.newJob("next", () -> ran.set(true));
    pool.newJob("arms", () -> fault.set(error)).submit();
    worksOnOrSaysWhy(
        scene,
        error,
        () -> {
          next.submit();
          return ran.get();
        });
  }

  @Conformance
  @Rule("G17")
  void anErrorInAWorkerOfAWorkQueue(Scene scene) {
    WorkQueue queue = fragile(scene).newWorkQueue("fragile");
    AtomicBoolean ran = new AtomicBoolean();
    Error error = new OutOfMemoryError("in the worker");
    Work next = queue.newWork("next", () -> ran.set(true));
    queue.newWork("arms", () -> fault.set(error)).submit();
    worksOnOrSaysWhy(
        scene,
        error,
        () -> {
          next.submit();
          return ran.get();
        });
  }

  @Conformance
  @Rule({"G17", "W17"})
  void anErrorInAWorkerOfAKeyedWorkQueue(Scene scene) {
    AtomicBoolean ran = new AtomicBoolean();
    Error error = new OutOfMemoryError("in the worker");
    KeyedWorkQueue<String> queue =
        fragile(scene)
            .newKeyedWorkQueue(
                KeyedWorkQueueSpec.named("fragile"),
                run -> {
                  if (run.key().equals("arms")) {
                    fault.set(error);
                  } else {
                    ran.set(true);
                  }
                  return Next.DONE;
                });
    queue.submit("arms");
    worksOnOrSaysWhy(
        scene,
        error,
        () -> {
          queue.submit("next");
          return ran.get();
        });
  }

  @Conformance
  @Rule("G17")
  void anErrorInTheClock(Scene scene) {
    scene.mayBreak("fragile");
    WorkQueue queue = scene.quern().newWorkQueue("fragile");
    AtomicBoolean ran = new AtomicBoolean();
    Work work = queue.newWork("item", () -> ran.set(true));
    Error error = new OutOfMemoryError("in the clock");
    Thread test = Thread.currentThread();
    scene.probe().throwInHostCalls(error, thread -> thread == test);
    try {
      work.schedule(Duration.ofMillis(1));
    } catch (OutOfMemoryError thrown) {
      assertEquals(error, thrown, "the caller was told");
    } finally {
      scene.probe().stopErrors();
    }
    worksOnOrSaysWhy(
        scene,
        error,
        () -> {
          assertTrue(work.submit() != Submission.REFUSED, "lost silently");
          return ran.get();
        });
  }

  /** Either submissions are served in the end, or one throws with the error, which was reported. */
  private static void worksOnOrSaysWhy(Scene scene, Error error, SubmitAndLook submission) {
    AtomicReference<@Nullable ClosedException> closed = new AtomicReference<>();
    scene.eventually(
        "a submission is served or throws",
        () -> {
          try {
            return submission.served();
          } catch (ClosedException thrown) {
            closed.set(thrown);
            return true;
          }
        });
    ClosedException thrown = closed.get();
    if (thrown != null) {
      assertEquals(error, thrown.getCause(), "the cause of " + thrown);
      assertThrows(ClosedException.class, submission::served);
      scene.eventually("the breakdown is reported", () -> reported(scene, error));
    }
  }

  private static boolean reported(Scene scene, Error error) {
    return scene.failures().stream().anyMatch(failure -> failure.cause() == error)
        || scene.logged().stream().anyMatch(log -> log.getThrown() == error)
        || scene.probe().logged().stream().anyMatch(log -> log.cause() == error)
        || scene.stray().contains(error);
  }

  private interface SubmitAndLook {
    boolean served();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.ClosedException;
import dev.quern.ConfigurationException;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Family;
import dev.quern.Handler;
import dev.quern.Inspection;
import dev.quern.Inspection.Setting;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.OpenOptions;
import dev.quern.Primitive;
import dev.quern.Quern;
import dev.quern.QueueSpec;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.Work;
import dev.quern.spi.Provider;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Primitives of different providers in one runtime: rule R5. */
public final class MixedProvidersRules {
  private static final Duration LONG = Duration.ofHours(1);

  /** One primitive of each kind, of both providers. */
  /** To be held on to: the runtime forgets what the program dropped (rule G15). */
  private static List<Primitive> makeAll(Quern quern) {
    List<Primitive> all = new ArrayList<>();
    for (String name : List.of("named", "other")) {
      all.add(quern.newQueue(QueueSpec.unbounded(name)));
      all.add(quern.newDaemonQueue(DaemonQueueSpec.unbounded(name), item -> {}));
      all.add(quern.threadPool(name));
      all.add(quern.newTaskContext(name));
      all.add(quern.newWorkQueue(name));
    }
    return all;
  }

  @Conformance
  @Rule({"R5", "R3", "R8"})
  void eachPrimitiveComesFromTheProviderThatIsNamedForIt(Scene scene) throws Exception {
    List<Kind> kinds =
        List.of(
            Kind.QUEUE, Kind.DAEMON_QUEUE, Kind.THREAD_POOL, Kind.TASK_CONTEXT, Kind.WORK_QUEUE);
    String[] named = kinds.stream().map(kind -> kind.key() + ".named").toArray(String[]::new);
    Mixture.each(
        scene,
        named,
        mixture -> {
          List<Primitive> all = makeAll(mixture.quern());
          String theirs = mixture.named().equals(mixture.partner().name()) ? "named" : "other";
          List<String> made =
              List.of(
                  "newQueue", "newDaemonQueue", "newThreadPool", "newTaskContext", "newWorkQueue");
          assertEquals(
              made.stream().map(method -> method + " " + theirs).toList(),
              mixture.partner().made());
          Inspection seen = mixture.quern().inspect();
          for (Kind kind : kinds) {
            assertEquals(
                Optional.of(mixture.named()), seen.family(kind, "named").map(Family::provider));
            assertEquals(
                Optional.of(mixture.rest()), seen.family(kind, "other").map(Family::provider));
            String key = "quern." + kind.key() + ".named.provider";
            assertEquals(
                List.of(new Setting(key, mixture.named(), "program")),
                seen.settings().stream().filter(setting -> setting.key().equals(key)).toList());
          }
          Reference.reachabilityFence(all);
        });
  }

  @Conformance
  @Rule({"R5", "R2", "R4"})
  void aProviderThatIsNotThereIsAnErrorThatNamesThoseFound(Scene scene) {
    Provider partner = scene.partners().get(0);
    int starts = scene.probe().threadStarts();
    ConfigurationException thrown =
        assertThrows(
            ConfigurationException.class,
            () ->
                scene.openWith(
                    partner,
                    OpenOptions.NONE
                        .set("quern.work-queue.never-made.provider", "nobody")
                        .set("quern.queue.*.provider", "nowhere")));
    assertEquals(2, thrown.problems().size(), thrown::toString);
    for (String problem : thrown.problems()) {
      for (String part : List.of("program", scene.provider().name(), partner.name())) {
        assertTrue(problem.contains(part), problem);
      }
    }
    assertTrue(thrown.toString().contains("quern.work-queue.never-made.provider = \"nobody\""));
    assertTrue(thrown.toString().contains("quern.queue.*.provider = \"nowhere\""));
    assertEquals(starts, scene.probe().threadStarts(), "nothing was started");
  }

  @Conformance
  @Rule({"R5", "W11", "P16"})
  void theRuntimeKnowsTheCurrentWorkAndJobOfEach(Scene scene) throws Exception {
    Mixture.each(
        scene,
        new String[] {"work-queue.named", "thread-pool.named"},
        mixture -> {
          Quern quern = mixture.quern();
          for (String name : List.of("named", "other")) {
            List<Object> seen = new ArrayList<>();
            Work work =
                quern.newWorkQueue(name).newWork("w", () -> seen.add(quern.currentWork().get()));
            work.submit();
            work.flush();
            Job job = quern.threadPool(name).newJob("j", () -> seen.add(quern.currentJob().get()));
            job.submit();
            job.close();
            assertEquals(List.of(work, job), seen, name);
          }
          assertEquals(Optional.empty(), quern.currentWork());
          assertEquals(Optional.empty(), quern.currentJob());
        });
  }

  @Conformance
  @Rule({"R5", "W4"})
  void thereIsOneTimerThread(Scene scene) throws Exception {
    Mixture.each(
        scene,
        new String[] {"work-queue.named"},
        mixture -> {
          Quern quern = mixture.quern();
          List<Thread> before = timers();
          for (String name : List.of("named", "other")) {
            Work work = quern.newWorkQueue(name).newWork("soon", () -> {});
            work.schedule(Duration.ofMillis(1));
            scene.eventually("it ran", () -> !work.isBusy());
          }
          assertEquals(before, timers(), "there is the one that was there");
        });
  }

  private static List<Thread> timers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("quern.timer"))
        .sorted((a, b) -> Long.compare(a.getId(), b.getId()))
        .toList();
  }

  @Conformance
  @Rule({"R5", "D2", "D10", "P1"})
  void aDaemonQueueRunsOnAPoolOfAnotherProvider(Scene scene) throws Exception {
    Mixture.each(
        scene,
        new String[] {"thread-pool.pool"},
        mixture -> {
          Quern quern = mixture.quern();
          ThreadPool pool = quern.threadPool(ThreadPoolSpec.named("pool").maxThreads(1).maxRun(1));
          BatchLog log = new BatchLog();
          DaemonQueueSpec spec = DaemonQueueSpec.unbounded("queue").pool("pool").maxBatch(2);
          DaemonQueue<Integer> queue = quern.newDaemonQueue(spec, log);
          List<String> order = new ArrayList<>();
          Gate gate = log.gateAt(1);
          queue.offerAll(List.of(1, 2, 3, 4, 5, 6));
          gate.awaitReached();
          Job job = pool.newJob("job", () -> order.add("after " + log.items().size()));
          job.submit();
          gate.open();
          queue.close();
          job.close();
          assertEquals(List.of(1, 2, 3, 4, 5, 6), log.items());
          assertFalse(order.contains("after 6"), "the worker was given back: " + order);
          pool.close();
        });
  }

  @Conformance
  @Rule({"R5", "T9"})
  void aContextHandsOverToAPoolOfAnotherProvider(Scene scene) throws Exception {
    Mixture.each(
        scene,
        new String[] {"task-context.context"},
        mixture -> {
          Quern quern = mixture.quern();
          ThreadPool pool = quern.threadPool("helpers");
          TaskContext context =
              quern.newTaskContext(TaskContextSpec.named("context").maxInline(0).pool("helpers"));
          List<Thread> ranOn = new ArrayList<>();
          context.dispatch(
              () -> {
                context.dispatch(() -> ranOn.add(Thread.currentThread()));
                context.dispatch(() -> ranOn.add(Thread.currentThread()));
              });
          context.barrier();
          assertEquals(2, ranOn.size());
          assertNotSame(Thread.currentThread(), ranOn.get(0));
          assertTrue(ranOn.get(0).getName().startsWith("helpers"), ranOn::toString);
          context.close();
          pool.close();
        });
  }

  @Conformance
  @Rule({"R5", "G6", "D12"})
  void nestedQueuesThatWaitForEachOther(Scene scene) throws Exception {
    Mixture.each(
        scene,
        new String[] {"daemon-queue.child", "daemon-queue.leaf"},
        mixture -> {
          Handler<Action> handler = Action::run;
          DaemonQueue<Action> target =
              mixture.quern().newDaemonQueue(DaemonQueueSpec.bounded("target", 1), handler);
          DaemonQueue<Action> child = target.newChild(DaemonQueueSpec.bounded("child", 1), handler);
          DaemonQueue<Action> sibling =
              target.newChild(DaemonQueueSpec.bounded("sibling", 1), handler);
          DaemonQueue<Action> grandchild =
              sibling.newChild(DaemonQueueSpec.bounded("leaf", 1), handler);
          List<DaemonQueue<Action>> family = List.of(target, child, sibling, grandchild);
          for (DaemonQueue<Action> from : family) {
            for (DaemonQueue<Action> to : family) {
              assertMisuse(from, to, waits(to));
            }
          }
          for (DaemonQueue<Action> queue : family) {
            queue.put(() -> {});
            queue.flush();
          }
        });
  }

  private static Map<String, Action> waits(DaemonQueue<Action> queue) {
    Map<String, Action> waits = new LinkedHashMap<>();
    waits.put("flush", queue::flush);
    waits.put("flush(limit)", () -> queue.flush(LONG));
    waits.put("pauseAndWait", queue::pauseAndWait);
    waits.put("close", queue::close);
    waits.put("close(limit)", () -> queue.close(LONG));
    waits.put("closeNow", queue::closeNow);
    waits.put(
        "put",
        () -> {
          queue.offer(() -> {});
          queue.put(() -> {});
        });
    return waits;
  }

  private static void assertMisuse(
      DaemonQueue<Action> from, DaemonQueue<Action> to, Map<String, Action> waits)
      throws Exception {
    for (Map.Entry<String, Action> wait : waits.entrySet()) {
      CompletableFuture<@Nullable Throwable> outcome = new CompletableFuture<>();
      from.put(
          () -> {
            try {
              wait.getValue().run();
              outcome.complete(null);
            } catch (Throwable thrown) {
              outcome.complete(thrown);
            }
          });
      Throwable thrown = outcome.get(Scene.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      assertInstanceOf(
          MisuseException.class, thrown, wait.getKey() + " of " + to + " from " + from);
    }
  }

  @Conformance
  @Rule({"R5", "G6"})
  void theOnlyWorkerOfAPoolThatWaitsForWhatRunsThere(Scene scene) throws Exception {
    Mixture.each(
        scene,
        new String[] {"thread-pool.single", "daemon-queue.child"},
        mixture -> {
          Quern quern = mixture.quern();
          ThreadPool pool = quern.threadPool(ThreadPoolSpec.named("single").maxThreads(1));
          Handler<Action> handler = Action::run;
          DaemonQueue<Action> served =
              quern.newDaemonQueue(DaemonQueueSpec.unbounded("served").pool("single"), handler);
          DaemonQueue<Action> child = served.newChild(DaemonQueueSpec.unbounded("child"), handler);
          for (DaemonQueue<Action> queue : List.of(served, child)) {
            CompletableFuture<@Nullable Throwable> outcome = new CompletableFuture<>();
            Job asks =
                pool.newJob(
                    "asks",
                    () -> {
                      try {
                        queue.flush();
                        outcome.complete(null);
                      } catch (Throwable thrown) {
                        outcome.complete(thrown);
                      }
                    });
            asks.submit();
            assertInstanceOf(
                MisuseException.class,
                outcome.get(Scene.LIMIT.toMillis(), TimeUnit.MILLISECONDS),
                () -> "flush of " + queue);
          }
          Job other = pool.newJob("other", () -> {});
          assertMisuse(child, served, Map.of("cancelAndWait", other::cancelAndWait));
          assertMisuse(child, served, Map.of("quern.close", quern::close));
        });
  }

  @Conformance
  @Rule({"R5", "G17", "D7"})
  void aTargetThatBreaksTakesItsChildrenAlong(Scene scene) throws Exception {
    scene.mayBreak("target", "child", "other");
    Mixture.each(
        scene,
        new String[] {"daemon-queue.child"},
        mixture -> {
          Handler<Action> handler = Action::run;
          DaemonQueue<Action> target =
              mixture.quern().newDaemonQueue(DaemonQueueSpec.unbounded("target"), handler);
          DaemonQueue<Action> child = target.newChild(DaemonQueueSpec.unbounded("child"), handler);
          DaemonQueue<Action> other = target.newChild(DaemonQueueSpec.unbounded("other"), handler);
          Error error = new OutOfMemoryError("in the target's drain");
          CompletableFuture<Thread> drainer = new CompletableFuture<>();
          target.add(() -> drainer.complete(Thread.currentThread()));
          target.flush();
          Thread broken = drainer.get();
          scene.probe().throwInHostCalls(error, thread -> thread == broken);
          try {
            target.add(() -> {});
            for (DaemonQueue<Action> queue : List.of(target, child, other)) {
              scene.eventually(queue + " is closed", queue::isClosed);
              ClosedException closed =
                  assertThrows(ClosedException.class, () -> queue.add(() -> {}));
              assertEquals(error, closed.getCause());
            }
          } finally {
            scene.probe().stopErrors();
          }
        });
  }
}

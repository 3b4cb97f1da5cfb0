// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.OpenOptions;
import dev.quern.Primitive;
import dev.quern.Quern;
import dev.quern.QueueSpec;
import dev.quern.TaskContext;
import dev.quern.ThreadPool;
import dev.quern.Work;
import dev.quern.WorkQueue;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Names, threads and time: rules G7, G13, G14, G18. */
public final class LifeRules {
  private static final InheritableThreadLocal<@Nullable String> INHERITABLE =
      new InheritableThreadLocal<>();

  /** Where code runs on a thread of the runtime's. */
  private interface Place {
    void run(Action code);
  }

  private static Map<String, Place> places(Quern quern) {
    Handler<Action> handler = Action::run;
    DaemonQueue<Action> own = quern.newDaemonQueue(DaemonQueueSpec.unbounded("own"), handler);
    DaemonQueue<Action> lent =
        quern.newDaemonQueue(DaemonQueueSpec.unbounded("lent").pool("drainers"), handler);
    ThreadPool pool = quern.threadPool("jobs");
    WorkQueue works = quern.newWorkQueue("works");
    Map<String, Place> places = new LinkedHashMap<>();
    places.put("own", own::add);
    places.put("drainers", lent::add);
    places.put("jobs", code -> pool.newJob("job", code).submit());
    places.put("works", code -> works.newWork("work", code).submit());
    return places;
  }

  private static <T> T ask(Place place, Callable<T> code) throws Exception {
    CompletableFuture<T> answer = new CompletableFuture<>();
    place.run(() -> answer.complete(code.call()));
    return answer.get(Scene.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Conformance
  @Rule("G7")
  void toStringShowsNameKindAndState(Scene scene) {
    Quern quern = scene.quern();
    Map<Kind, Primitive> primitives =
        Map.of(
            Kind.QUEUE, quern.newQueue(QueueSpec.unbounded("named")),
            Kind.DAEMON_QUEUE, quern.newDaemonQueue(DaemonQueueSpec.unbounded("named"), item -> {}),
            Kind.THREAD_POOL, quern.threadPool("named"),
            Kind.TASK_CONTEXT, quern.newTaskContext("named"),
            Kind.WORK_QUEUE, quern.newWorkQueue("named"));
    primitives.forEach(
        (kind, primitive) -> {
          assertEquals("named", primitive.name());
          String open = primitive.toString();
          assertTrue(open.contains("named"), open);
          String words = open.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
          assertTrue(words.contains(kind.key().replace("-", "")), open + " shows no " + kind);
          primitive.close();
          assertNotEquals(open, primitive.toString(), "the state shows");
        });
  }

  @Conformance
  @Rule("G7")
  void itemsShowTheirNames(Scene scene) {
    var job = scene.quern().threadPool("pool").newJob("a job", () -> {});
    var work = scene.quern().newWorkQueue("works").newWork("a work", () -> {});
    var task = scene.quern().newTaskContext("context").newTask("a task", () -> {});
    assertEquals("a job", job.name());
    assertEquals("a work", work.name());
    assertEquals("a task", task.name());
    assertTrue(job.toString().contains("a job"), job.toString());
    assertTrue(work.toString().contains("a work"), work.toString());
    assertTrue(task.toString().contains("a task"), task.toString());
    String before = job.toString();
    job.close();
    assertNotEquals(before, job.toString());
  }

  @Conformance
  @Rule({"G7", "G13"})
  void threadsAreDaemonsAndCarryTheNameOfTheirPrimitive(Scene scene) throws Exception {
    for (Map.Entry<String, Place> place : places(scene.quern()).entrySet()) {
      Thread thread = ask(place.getValue(), Thread::currentThread);
      assertTrue(thread.getName().contains(place.getKey()), thread.getName());
    }
    scene.probe().threads().forEach(thread -> assertTrue(thread.isDaemon(), thread.getName()));
  }

  @Conformance
  @Rule("G13")
  void threadsInheritNoThreadLocals(Scene scene) throws Exception {
    INHERITABLE.set("of the creator");
    try {
      for (Map.Entry<String, Place> place : places(scene.quern()).entrySet()) {
        String seen = ask(place.getValue(), () -> String.valueOf(INHERITABLE.get()));
        assertEquals("null", seen, place.getKey());
      }
    } finally {
      INHERITABLE.remove();
    }
  }

  @Conformance
  @Rule("G13")
  void theContextLoaderIsTheHandlersAndIsResetAfterEachRun(Scene scene) throws Exception {
    ClassLoader loader = new ClassLoader("plug-in", LifeRules.class.getClassLoader()) {};
    ClassLoader other = new ClassLoader("other", null) {};
    List<@Nullable ClassLoader> seen = new CopyOnWriteArrayList<>();
    Action look =
        () -> {
          seen.add(Thread.currentThread().getContextClassLoader());
          Thread.currentThread().setContextClassLoader(other);
        };
    Quern quern = scene.quern();
    Handler<Action> handler = definedBy(loader, Handler.class, look);
    DaemonQueue<Action> daemon = quern.newDaemonQueue(DaemonQueueSpec.unbounded("daemon"), handler);
    var job =
        quern
            .threadPool("pool")
            .newJob("job", LifeRules.<Action>definedBy(loader, Action.class, look));
    var work =
        quern
            .newWorkQueue("works")
            .newWork("work", LifeRules.<Action>definedBy(loader, Action.class, look));
    for (int i = 0; i < 2; i++) {
      int before = seen.size();
      daemon.add(look);
      daemon.flush();
      work.submit();
      work.flush();
      job.submit();
      scene.eventually("the job ran", () -> seen.size() == before + 3);
      job.cancelAndWait();
    }
    seen.forEach(each -> assertSame(loader, each));
  }

  /** An implementation whose class belongs to that loader, as a plug-in's would. */
  @SuppressWarnings("unchecked")
  private static <T> T definedBy(ClassLoader loader, Class<?> type, Action code) {
    return (T)
        Proxy.newProxyInstance(
            loader,
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (!method.getName().equals("batchEnd")) {
                code.run();
              }
              return null;
            });
  }

  @Conformance
  @Rule("G13")
  void allThreadsComeFromTheFactoryGiven(Scene scene) throws Exception {
    List<Thread> made = new CopyOnWriteArrayList<>();
    Quern quern =
        scene.open(
            OpenOptions.NONE.threadFactory(
                body -> {
                  Thread thread = new Thread(body);
                  made.add(thread);
                  return thread;
                }));
    for (Map.Entry<String, Place> place : places(quern).entrySet()) {
      Thread thread = ask(place.getValue(), Thread::currentThread);
      assertTrue(made.contains(thread), place.getKey());
      assertTrue(thread.isDaemon(), place.getKey());
      assertTrue(thread.getName().contains(place.getKey()), thread.getName());
    }
    assertTrue(made.containsAll(scene.probe().threads()));
  }

  @Conformance
  @Rule({"G13", "D16", "P15"})
  void aFactoryThatThrowsOrReturnsNullCannotCreateThreads(Scene scene) throws Exception {
    Error thrown = new OutOfMemoryError("no thread");
    AtomicReference<ThreadFactory> factory = new AtomicReference<>(Thread::new);
    Quern quern = scene.open(OpenOptions.NONE.threadFactory(body -> factory.get().newThread(body)));
    List<Action> creations =
        List.of(
            () -> quern.newDaemonQueue(DaemonQueueSpec.unbounded("daemon"), item -> {}),
            () -> quern.threadPool("pool"));
    for (Action create : creations) {
      factory.set(
          body -> {
            throw thrown;
          });
      IllegalStateException failed = assertThrows(IllegalStateException.class, create::run);
      assertFalse(failed instanceof MisuseException, failed.toString());
      assertSame(thrown, failed.getCause());
      factory.set(body -> Scene.nothing());
      failed = assertThrows(IllegalStateException.class, create::run);
      assertFalse(failed instanceof MisuseException, failed.toString());
      factory.set(Thread::new);
      create.run();
    }
  }

  @Conformance
  @Rule("G14")
  void aSecondLiveDaemonOrWorkQueueOfOneNameIsMisuse(Scene scene) throws Exception {
    Quern quern = scene.quern();
    List<Supplier<Primitive>> makers =
        List.of(
            () -> quern.newDaemonQueue(DaemonQueueSpec.unbounded("twice"), item -> {}),
            () -> quern.newWorkQueue("twice"));
    for (var maker : makers) {
      Primitive first = maker.get();
      MisuseException misuse = assertThrows(MisuseException.class, maker::get);
      assertTrue(misuse.getMessage().contains("twice"), misuse.getMessage());
      first.close();
      maker.get().close();
    }
    var target = quern.newDaemonQueue(DaemonQueueSpec.unbounded("target"), item -> {});
    assertThrows(
        MisuseException.class,
        () -> target.newChild(DaemonQueueSpec.unbounded("target"), item -> {}));
  }

  @Conformance
  @Rule("G14")
  void otherNamesNeedNotBeUnique(Scene scene) throws Exception {
    Quern quern = scene.quern();
    List<Primitive> all = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      all.add(quern.newQueue(QueueSpec.unbounded("same")));
      all.add(quern.newTaskContext("same"));
      all.add(quern.threadPool("same"));
    }
    WorkQueue works = quern.newWorkQueue("same");
    TaskContext context = quern.newTaskContext("same");
    ThreadPool pool = quern.threadPool("same");
    String label = "any text at all: ümläute, spaces / and slashes".concat("x".repeat(150));
    for (String each : List.of("same", label, "x".repeat(200))) {
      assertEquals(each, works.newWork(each, () -> {}).name());
      assertEquals(each, context.newTask(each, () -> {}).name());
      assertEquals(each, pool.newJob(each, () -> {}).name());
    }
    all.forEach(primitive -> assertEquals("same", primitive.name()));
  }

  @Conformance
  @Rule("G18")
  void aNegativeDelayIsZeroAndAVastOneIsAHundredYears(Scene scene) throws Exception {
    scene.probe().manualClock();
    WorkQueue queue = scene.quern().newWorkQueue("timed");
    List<String> ran = new CopyOnWriteArrayList<>();
    Work past = queue.newWork("past", () -> ran.add("past"));
    past.schedule(Duration.ofSeconds(Long.MIN_VALUE));
    past.flush();
    past.reschedule(Duration.ofNanos(-1));
    past.flush();
    assertEquals(List.of("past", "past"), ran);
    List<Work> vast = new ArrayList<>();
    for (Duration delay : List.of(Duration.ofDays(36_600), Duration.ofSeconds(Long.MAX_VALUE))) {
      Work scheduled = queue.newWork("vast", () -> ran.add("vast"));
      scheduled.schedule(delay);
      Work rescheduled = queue.newWork("vast", () -> ran.add("vast"));
      rescheduled.reschedule(delay);
      vast.addAll(List.of(scheduled, rescheduled));
    }
    scene.probe().advance(Duration.ofDays(36_500 - 1));
    queue.flush();
    vast.forEach(work -> assertTrue(work.isPending()));
    assertEquals(2, ran.size());
    scene.probe().advance(Duration.ofDays(40));
    queue.flush();
    assertEquals(6, ran.size(), "a hundred years have passed");
  }

  @Conformance
  @Rule({"G18", "W4"})
  void timeIsTheHostsClock(Scene scene) throws Exception {
    scene.probe().manualClock();
    WorkQueue queue = scene.quern().newWorkQueue("timed");
    List<String> ran = new CopyOnWriteArrayList<>();
    queue.newWork("later", () -> ran.add("later")).schedule(Duration.ofMillis(10));
    Work at = queue.newWork("at", () -> ran.add("at"));
    at.scheduleAt(scene.probe().nanoTime() + Duration.ofMillis(20).toNanos());
    scene.probe().advance(Duration.ofMillis(9));
    queue.flush();
    assertEquals(List.of(), ran);
    scene.probe().advance(Duration.ofMillis(1));
    queue.flush();
    assertEquals(List.of("later"), ran);
    scene.probe().advance(Duration.ofMillis(10));
    queue.flush();
    assertEquals(List.of("later", "at"), ran);
  }
}

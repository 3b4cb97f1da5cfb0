// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Action;
import dev.quern.Batch;
import dev.quern.Body;
import dev.quern.Call;
import dev.quern.CpuPools;
import dev.quern.DaemonQueue;
import dev.quern.DaemonQueueSpec;
import dev.quern.Handler;
import dev.quern.Job;
import dev.quern.KeyHandler;
import dev.quern.KeyedWorkQueue;
import dev.quern.KeyedWorkQueueSpec;
import dev.quern.Kind;
import dev.quern.Next;
import dev.quern.Quern;
import dev.quern.Queue;
import dev.quern.QueueSpec;
import dev.quern.SystemQueue;
import dev.quern.Task;
import dev.quern.TaskContext;
import dev.quern.TaskContextSpec;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import dev.quern.Work;
import dev.quern.WorkQueue;
import dev.quern.WorkQueueSpec;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Arguments are looked at first, on every operation there is: rules G1, G14. */
public final class ArgumentRules {
  /** Good values, and what a parameter of that type may be called. */
  private static Map<Class<?>, Object> values(Queue<Object> queue) {
    Map<Class<?>, Object> values = new LinkedHashMap<>();
    values.put(Object.class, "an item");
    values.put(Duration.class, Duration.ZERO);
    values.put(List.class, List.of("an item"));
    values.put(Consumer.class, (Consumer<Object>) item -> {});
    values.put(Batch.class, queue.detach());
    values.put(Action.class, (Action) () -> {});
    values.put(Body.class, (Body<Object>) self -> {});
    values.put(Call.class, (Call<Object, Exception>) () -> "result");
    values.put(Handler.class, (Handler<Object>) item -> {});
    values.put(String.class, "a-name");
    values.put(ReentrantLock.class, new ReentrantLock());
    values.put(SystemQueue.class, SystemQueue.DEFAULT);
    values.put(QueueSpec.class, QueueSpec.unbounded("null-test"));
    values.put(DaemonQueueSpec.class, DaemonQueueSpec.unbounded("null-test"));
    values.put(ThreadPoolSpec.class, ThreadPoolSpec.named("null-test"));
    values.put(TaskContextSpec.class, TaskContextSpec.named("null-test"));
    values.put(WorkQueueSpec.class, WorkQueueSpec.named("null-test"));
    values.put(KeyedWorkQueueSpec.class, KeyedWorkQueueSpec.named("null-test"));
    values.put(KeyHandler.class, (KeyHandler<Object>) run -> Next.DONE);
    values.put(int.class, 1);
    values.put(long.class, 1L);
    return values;
  }

  private static Set<String> parameterNames(Class<?> type) {
    if (type.getSimpleName().endsWith("Spec")) {
      return Set.of("spec");
    }
    return Map.<Class<?>, Set<String>>ofEntries(
            Map.entry(Object.class, Set.of("item", "key")),
            Map.entry(Duration.class, Set.of("limit", "delay")),
            Map.entry(List.class, Set.of("items")),
            Map.entry(Consumer.class, Set.of("sink")),
            Map.entry(Batch.class, Set.of("batch")),
            Map.entry(Action.class, Set.of("body", "once", "onNonEmpty")),
            Map.entry(Body.class, Set.of("body")),
            Map.entry(Call.class, Set.of("code")),
            Map.entry(Handler.class, Set.of("handler")),
            Map.entry(KeyHandler.class, Set.of("handler")),
            Map.entry(String.class, Set.of("name")),
            Map.entry(ReentrantLock.class, Set.of("interlock")),
            Map.entry(SystemQueue.class, Set.of("which")))
        .get(type);
  }

  /** One object of every type that has operations; the runtime comes last. */
  private static Map<Class<?>, Object> objects(Quern quern, boolean closed) {
    DaemonQueue<Object> daemon =
        quern.newDaemonQueue(DaemonQueueSpec.unbounded("daemon"), item -> {});
    ThreadPool pool = quern.threadPool("pool");
    CpuPools pools = quern.cpuPools(ThreadPoolSpec.named("pools"));
    Job job = pool.newJob("job", () -> {});
    TaskContext context = quern.newTaskContext("context");
    Task task = context.newTask("task", () -> {});
    WorkQueue works = quern.newWorkQueue("works");
    Work work = works.newWork("work", () -> {});
    Queue<Object> queue = quern.newQueue(QueueSpec.unbounded("queue"));
    Map<Class<?>, Object> objects = new LinkedHashMap<>();
    objects.put(Queue.class, queue);
    objects.put(DaemonQueue.class, daemon);
    objects.put(ThreadPool.class, pool);
    objects.put(CpuPools.class, pools);
    objects.put(Job.class, job);
    objects.put(TaskContext.class, context);
    objects.put(Task.class, task);
    objects.put(WorkQueue.class, works);
    objects.put(Work.class, work);
    KeyedWorkQueue<Object> keyed =
        quern.newKeyedWorkQueue(KeyedWorkQueueSpec.named("keyed"), run -> Next.DONE);
    objects.put(KeyedWorkQueue.class, keyed);
    objects.put(Quern.class, quern);
    if (closed) {
      List.of(queue, daemon, work, works, keyed, job, pool, pools, context)
          .forEach(each -> each.close());
      quern.close();
    }
    return objects;
  }

  @Conformance
  @Rule("G1")
  void nullIsANullPointerExceptionThatNamesTheParameter(Scene scene) throws Exception {
    nullEverywhere(scene, false);
  }

  @Conformance
  @Rule("G1")
  void nullIsSeenBeforeTheStateAlsoOnWhatIsClosed(Scene scene) throws Exception {
    nullEverywhere(scene, true);
  }

  private static void nullEverywhere(Scene scene, boolean closed) throws Exception {
    Map<Class<?>, Object> values = values(scene.quern().newQueue(QueueSpec.unbounded("batches")));
    int tried = 0;
    for (Map.Entry<Class<?>, Object> object : objects(scene.quern(), closed).entrySet()) {
      for (Method method : object.getKey().getMethods()) {
        if (!Modifier.isStatic(method.getModifiers())) {
          tried += nullInEachPlace(object.getValue(), method, values);
        }
      }
    }
    assertTrue(tried > 50, "tried " + tried);
  }

  private static int nullInEachPlace(Object object, Method method, Map<Class<?>, Object> values)
      throws Exception {
    Class<?>[] types = method.getParameterTypes();
    int tried = 0;
    for (int i = 0; i < types.length; i++) {
      if (types[i].isPrimitive()) {
        continue;
      }
      @Nullable Object[] arguments = new @Nullable Object[types.length];
      for (int k = 0; k < types.length; k++) {
        arguments[k] = k == i ? null : values.get(types[k]);
        assertTrue(k == i || arguments[k] != null, () -> "no value for " + method);
      }
      InvocationTargetException thrown =
          assertThrows(
              InvocationTargetException.class,
              () -> method.invoke(object, arguments),
              () -> "null taken by " + method);
      NullPointerException refused =
          assertInstanceOf(NullPointerException.class, thrown.getCause(), method::toString);
      String message = String.valueOf(refused.getMessage());
      assertTrue(
          parameterNames(types[i]).stream().anyMatch(message::contains),
          () -> method + " does not name its parameter: " + message);
      tried++;
    }
    return tried;
  }

  private static void assertRefused(Action call, String parameter, String... parts) {
    IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, call::run);
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains(parameter), () -> "no " + parameter + " in: " + message);
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "no " + part + " in: " + message);
    }
  }

  @Conformance
  @Rule({"G1", "P2"})
  void whatIsOutOfRangeIsNamedWithValueAndRange(Scene scene) {
    for (int capacity : new int[] {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      String[] parts = {String.valueOf(capacity), "1", String.valueOf(QueueSpec.MAX_CAPACITY)};
      assertRefused(() -> QueueSpec.bounded("q", capacity), "capacity", parts);
      assertRefused(() -> DaemonQueueSpec.bounded("q", capacity), "capacity", parts);
    }
    DaemonQueueSpec daemon = DaemonQueueSpec.unbounded("q");
    ThreadPoolSpec pool = ThreadPoolSpec.named("q");
    WorkQueueSpec works = WorkQueueSpec.named("q");
    TaskContextSpec context = TaskContextSpec.named("q");
    assertRefused(() -> daemon.maxBatch(0), "maxBatch", "0", "1");
    assertRefused(() -> daemon.priority(11), "priority", "11", "1", "10");
    assertRefused(() -> daemon.priority(0), "priority", "0", "1", "10");
    assertRefused(() -> pool.priority(-1), "priority", "-1", "0", "10");
    assertRefused(() -> pool.priority(11), "priority", "11", "0", "10");
    assertRefused(() -> pool.maxThreads(0), "maxThreads", "0", "1");
    assertRefused(() -> pool.maxRun(0), "maxRun", "0", "1", "1024");
    assertRefused(() -> pool.maxRun(1025), "maxRun", "1025", "1", "1024");
    assertRefused(() -> pool.idleLimit(Duration.ZERO), "idleLimit", "PT0S");
    assertRefused(() -> works.maxActive(0), "maxActive", "0", "1");
    assertRefused(() -> works.priority(11), "priority", "11", "10");
    KeyedWorkQueueSpec keyed = KeyedWorkQueueSpec.named("q");
    assertRefused(() -> keyed.maxActive(0), "maxActive", "0", "1");
    assertRefused(() -> keyed.maxRetries(-1), "maxRetries", "-1", "0");
    assertRefused(() -> keyed.firstRetry(Duration.ZERO), "firstRetry", "PT0S");
    assertRefused(() -> keyed.maxRetryDelay(Duration.ofNanos(-1)), "maxRetryDelay", "PT");
    for (double rate : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertRefused(() -> keyed.runsPerSecond(rate), "runsPerSecond", String.valueOf(rate));
    }
    assertRefused(() -> context.maxInline(-1), "maxInline", "-1", "0");
    assertRefused(() -> context.maxInlineTime(Duration.ofNanos(-1)), "maxInlineTime", "PT");
    Queue<String> queue = scene.quern().newQueue(QueueSpec.bounded("queue", 2));
    queue.add("there");
    assertRefused(() -> queue.drainTo(item -> {}, -1), "limit", "-1");
    assertEquals(1, queue.size());
  }

  @Conformance
  @Rule({"G1", "Q10"})
  void aListWithNullOrMoreThanFitsChangesNothing(Scene scene) {
    Queue<String> queue = scene.quern().newQueue(QueueSpec.bounded("queue", 2));
    List<@Nullable String> holed = new ArrayList<>();
    holed.add("a");
    holed.add(null);
    assertThrows(
        NullPointerException.class, () -> queue.offerAll(ArgumentRules.<List<String>>cast(holed)));
    assertRefused(() -> queue.offerAll(List.of("a", "b", "c")), "items", "3", "2");
    assertNull(queue.poll());
    assertTrue(queue.offerAll(List.of()));
    assertTrue(queue.offerAll(List.of("a", "b")));
    assertFalse(queue.offerAll(List.of("c")));
  }

  @SuppressWarnings("unchecked")
  private static <T> T cast(Object object) {
    return (T) object;
  }

  @Conformance
  @Rule({"G1", "G14"})
  void namesOfPrimitivesAreChecked(Scene scene) {
    Quern quern = scene.quern();
    String longest = "x".repeat(64);
    for (String name : List.of("", " ", "a b", ".a", "-a", "_a", "ä", "a/b", longest + "x")) {
      assertRefused(() -> QueueSpec.unbounded(name), "name", name);
      assertRefused(() -> QueueSpec.bounded(name, 1), "name", name);
      assertRefused(() -> DaemonQueueSpec.unbounded(name), "name", name);
      assertRefused(() -> ThreadPoolSpec.named(name), "name", name);
      assertRefused(() -> TaskContextSpec.named(name), "name", name);
      assertRefused(() -> WorkQueueSpec.named(name), "name", name);
      assertRefused(() -> WorkQueueSpec.ordered(name), "name", name);
      assertRefused(() -> KeyedWorkQueueSpec.named(name), "name", name);
      assertRefused(() -> quern.threadPool(name), "name", name);
      assertRefused(() -> quern.newTaskContext(name), "name", name);
      assertRefused(() -> quern.newWorkQueue(name), "name", name);
      assertRefused(() -> quern.newReclaimer(name, item -> {}), "name", name);
    }
    for (String name : List.of("a", "0", "A.b_c-d", longest)) {
      assertEquals(name, quern.newTaskContext(name).name());
    }
  }

  @Conformance
  @Rule({"G14", "W13"})
  void namesOfTheSystemsOwnAreReserved(Scene scene) {
    Quern quern = scene.quern();
    String name = "quern.default";
    assertRefused(() -> quern.newWorkQueue(name), "name", name);
    assertRefused(() -> quern.newWorkQueue(WorkQueueSpec.named(name)), "name", name);
    KeyHandler<String> handler = run -> Next.DONE;
    assertRefused(
        () -> quern.newKeyedWorkQueue(KeyedWorkQueueSpec.named(name), handler), "name", name);
    assertRefused(() -> quern.threadPool(name), "name", name);
    assertRefused(() -> quern.newTaskContext(name), "name", name);
    assertRefused(() -> quern.newQueue(QueueSpec.unbounded(name)), "name", name);
    assertRefused(
        () -> quern.newDaemonQueue(DaemonQueueSpec.unbounded(name), item -> {}), "name", name);
    assertRefused(() -> quern.newReclaimer(name, item -> {}), "name", name);
    assertTrue(quern.inspect().family(Kind.TASK_CONTEXT, name).isEmpty());
  }

  @Conformance
  @Rule({"G1", "G14"})
  void labelsOfItemsAreChecked(Scene scene) {
    ThreadPool pool = scene.quern().threadPool("pool");
    TaskContext context = scene.quern().newTaskContext("context");
    WorkQueue works = scene.quern().newWorkQueue("works");
    for (String label : List.of("", " \t", "x".repeat(201))) {
      assertRefused(() -> pool.newJob(label, () -> {}), "name", "200");
      assertRefused(() -> pool.newJob(label, new ReentrantLock(), job -> {}), "name", "200");
      assertRefused(() -> context.newTask(label, () -> {}), "name", "200");
      assertRefused(() -> works.newWork(label, () -> {}), "name", "200");
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Failure;
import dev.quern.Family;
import dev.quern.Job;
import dev.quern.Kind;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.TaskContext;
import dev.quern.ThreadPool;
import dev.quern.ThreadPoolSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** Whose name a worker bears, and its priority (P2, P8, P16). */
public class ThreadPoolNamesRules {
  @Conformance
  @Rule({"P8", "P16"})
  void currentJobIsTheJobWhoseBodyRunsHere(Scene scene) throws Exception {
    Quern quern = scene.quern();
    List<Optional<Job>> seen = new ArrayList<>();
    Job job =
        quern
            .threadPool("pool")
            .newJob(
                "job",
                self -> {
                  seen.add(quern.currentJob());
                  self.done();
                  seen.add(quern.currentJob()); // P5: done() ends nothing for P8
                  assertSame(self, quern.currentJob().orElseThrow());
                });
    assertEquals(Optional.empty(), quern.currentJob());
    job.submit();
    job.close();
    assertEquals(List.of(Optional.of(job), Optional.of(job)), seen);
    assertEquals("job", seen.get(0).orElseThrow().name());
    assertEquals(Optional.empty(), quern.currentJob());
  }

  @Conformance
  @Rule("P16")
  void currentJobIsSeenByAllThatRunsOnTheWorkerAndByNoOtherThread(Scene scene) throws Exception {
    Quern quern = scene.quern();
    TaskContext context = quern.newTaskContext("context");
    AtomicReference<Optional<Job>> inTask = new AtomicReference<>(Optional.empty());
    Gate gate = new Gate();
    Job job =
        quern
            .threadPool("pool")
            .newJob(
                "job",
                () -> {
                  context.dispatch(() -> inTask.set(quern.currentJob()));
                  gate.pass();
                });
    job.submit();
    gate.awaitReached();
    assertEquals(Optional.of(job), inTask.get());
    assertEquals(Optional.empty(), quern.currentJob());
    gate.open();
  }

  @Conformance
  @Rule({"P16", "R10"})
  void currentJobIsOfItsOwnRuntime(Scene scene) throws Exception {
    Quern quern = scene.quern();
    Quern other = scene.open(OpenOptions.NONE);
    AtomicReference<Optional<Job>> seen = new AtomicReference<>();
    Job job = quern.threadPool("pool").newJob("job", () -> seen.set(other.currentJob()));
    job.submit();
    job.close();
    assertEquals(Optional.empty(), seen.get());
  }

  @Conformance
  @Rule({"P8", "R8"})
  void inspectShowsTheJobUntilItsBodyHasLeft(Scene scene) throws Exception {
    Quern quern = scene.quern();
    Gate running = new Gate();
    Gate leaving = new Gate();
    AtomicReference<String> thread = new AtomicReference<>();
    Job job =
        quern
            .threadPool("pool")
            .newJob(
                "job",
                self -> {
                  thread.set(Thread.currentThread().getName());
                  running.pass();
                  self.done();
                  leaving.pass();
                });
    job.submit();
    for (Gate gate : List.of(running, leaving)) {
      gate.awaitReached();
      Family family = quern.inspect().family(Kind.THREAD_POOL, "pool").orElseThrow();
      assertEquals(1, family.running().size());
      assertEquals("job", family.running().get(0).item());
      assertEquals(thread.get(), family.running().get(0).thread());
      gate.open();
    }
    job.close();
    assertEquals(
        List.of(), quern.inspect().family(Kind.THREAD_POOL, "pool").orElseThrow().running());
  }

  @Conformance
  @Rule({"P8", "G5"})
  void whatABodyThrowsIsReportedOnceUnderTheJobsName(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool("pool");
    for (Throwable cause : List.of(new Exception("checked"), new AssertionError("error"))) {
      Job job = pool.newJob("bad job", () -> rethrow(cause));
      job.submit();
      job.close();
      Failure failure = new Failure(Kind.THREAD_POOL, "pool", Optional.of("bad job"), cause);
      assertEquals(List.of(failure), scene.failures());
      scene.failures().clear();
    }
    CountDownLatch ran = new CountDownLatch(1);
    pool.newJob("next", ran::countDown).submit();
    scene.await(ran);
  }

  @Conformance
  @Rule({"P8", "G5"})
  void whatABodyThrowsAfterDoneIsReportedOnceUnderTheJobsName(Scene scene) throws Exception {
    Exception cause = new Exception("after done");
    Job job =
        scene
            .quern()
            .threadPool("pool")
            .newJob(
                "bad job",
                self -> {
                  self.done();
                  throw cause;
                });
    job.submit();
    job.close();
    Failure failure = new Failure(Kind.THREAD_POOL, "pool", Optional.of("bad job"), cause);
    assertEquals(List.of(failure), scene.failures());
  }

  @Conformance
  @Rule({"P8", "G7"})
  void aThreadKeepsItsOwnNameByDefault(Scene scene) throws Exception {
    ThreadPool pool = scene.quern().threadPool(ThreadPoolSpec.named("the-pool").maxThreads(1));
    List<String> names = namesInTwoJobs(pool);
    assertEquals(names.get(0), names.get(1));
    assertTrue(names.get(0).contains("the-pool"), names::toString);
    assertFalse(names.get(0).contains("first"), names::toString);
  }

  @Conformance
  @Rule("P8")
  void withThreadNamesTheThreadBearsTheJobsNameAndGetsItsOwnBack(Scene scene) throws Exception {
    ThreadPool pool =
        scene.quern().threadPool(ThreadPoolSpec.named("the-pool").maxThreads(1).threadNames(true));
    List<String> names = namesInTwoJobs(pool);
    assertTrue(names.get(0).contains("first"), names::toString);
    assertTrue(names.get(1).contains("second"), names::toString);
    assertFalse(names.get(1).contains("first"), names::toString);
    scene.eventually(
        "the worker has its own name back",
        () ->
            scene.probe().threads().stream()
                .map(Thread::getName)
                .allMatch(name -> !name.contains("second") && name.contains("the-pool")));
  }

  private static List<String> namesInTwoJobs(ThreadPool pool) {
    List<String> names = new ArrayList<>();
    for (String label : List.of("first", "second")) {
      Job job = pool.newJob(label, () -> names.add(Thread.currentThread().getName()));
      job.submit();
      job.close();
    }
    return names;
  }

  @Conformance
  @Rule("P2")
  void workersHaveThePriorityAskedFor(Scene scene) throws Exception {
    for (int priority : new int[] {Thread.MIN_PRIORITY, 7, Thread.MAX_PRIORITY}) {
      ThreadPoolSpec spec = ThreadPoolSpec.named("priority" + priority).priority(priority);
      assertEquals(priority, priorityOfAWorker(scene, spec));
    }
  }

  @Conformance
  @Rule("P2")
  void withoutPriorityWorkersHaveTheNormalOne(Scene scene) throws Exception {
    ThreadPoolSpec none = ThreadPoolSpec.named("none").priority(ThreadPoolSpec.NO_PRIORITY);
    for (ThreadPoolSpec spec : List.of(none, ThreadPoolSpec.named("unset"))) {
      Async<Integer> urgent =
          scene.async(
              () -> {
                Thread.currentThread().setPriority(Thread.MAX_PRIORITY); // new threads inherit it
                return priorityOfAWorker(scene, spec);
              });
      assertEquals(Thread.NORM_PRIORITY, urgent.result());
    }
  }

  private static int priorityOfAWorker(Scene scene, ThreadPoolSpec spec) {
    AtomicReference<Integer> seen = new AtomicReference<>();
    Job job =
        scene
            .quern()
            .threadPool(spec)
            .newJob("job", () -> seen.set(Thread.currentThread().getPriority()));
    job.submit();
    job.close();
    return seen.get();
  }

  @Conformance
  @Rule({"P2", "G1"})
  void aPriorityOutOfRangeIsAnIllegalArgumentThatNamesItsRange(Scene scene) {
    for (int priority : new int[] {-1, Thread.MAX_PRIORITY + 1}) {
      IllegalArgumentException thrown =
          assertThrows(
              IllegalArgumentException.class,
              () -> scene.quern().threadPool(ThreadPoolSpec.named("pool").priority(priority)));
      String message = String.valueOf(thrown.getMessage());
      for (String part : List.of("priority", "" + priority, "0", "" + Thread.MAX_PRIORITY)) {
        assertTrue(message.contains(part), message);
      }
    }
  }

  private static void rethrow(Throwable thrown) throws Exception {
    if (thrown instanceof Error error) {
      throw error;
    }
    throw (Exception) thrown;
  }
}

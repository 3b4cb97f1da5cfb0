// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import dev.quern.KeyedWorkQueue;
import dev.quern.KeyedWorkQueueSpec;
import dev.quern.Next;
import dev.quern.Quern;
import dev.quern.Submission;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Submissions of keys a second, by how many keys there are. With few keys most submissions
 * coalesce; with many each one makes a key busy that was idle.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class KeyedWorkQueueBenchmark {
  private static final int BATCH = 4096;

  /** What is measured. */
  @Param({"lockfree", "locked"})
  public String contender;

  /** How many keys there are, submitted in turn. */
  @Param({"1", "100", "10000", "1000000"})
  public int keys;

  private Quern quern;
  private KeyedWorkQueue<Integer> queue;
  private Integer[] values;
  private int next;

  /** Keys are made beforehand, so that they are not part of what is measured. */
  @Setup
  public void open() {
    quern = Bench.open(contender);
    queue = quern.newKeyedWorkQueue(KeyedWorkQueueSpec.named("queue"), run -> Next.DONE);
    values = new Integer[keys];
    for (int i = 0; i < keys; i++) {
      values[i] = i;
    }
  }

  /** Closes. */
  @TearDown
  public void close() {
    quern.close();
  }

  /** A batch of submissions, and all of them served. The figures are for one submission. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public Submission submitToRun() throws InterruptedException {
    Submission answer = Submission.REFUSED;
    for (int i = 0; i < BATCH; i++) {
      answer = queue.submit(values[next]);
      next = next + 1 == keys ? 0 : next + 1;
    }
    queue.flush();
    return answer;
  }
}

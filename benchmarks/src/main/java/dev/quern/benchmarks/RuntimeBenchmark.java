// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks;

import dev.quern.Quern;
import dev.quern.QueueSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A runtime as a whole: opened, and closed with all that was made by it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5)
@Measurement(iterations = 5)
public class RuntimeBenchmark {
  /** What is measured. */
  @Param({"lockfree", "locked"})
  public String contender;

  /** How many: a hundredth work queues, of the rest half queues, half contexts. */
  @Param({"0", "10000"})
  public int primitives;

  private final List<Object> made = new ArrayList<>(); // what is dropped the runtime forgets
  private Quern quern;

  /** Makes them; the work queues have run something, so that they have a worker. */
  @Setup(Level.Iteration)
  public void open() throws InterruptedException {
    quern = Bench.open(contender);
    for (int i = 0; i < primitives; i++) {
      if (i % 100 == 0) {
        var queue = quern.newWorkQueue("queue-" + i);
        queue.newWork("work", () -> {}).submit();
        queue.flush();
        made.add(queue);
      } else if (i % 2 == 0) {
        made.add(quern.newTaskContext("context"));
      } else {
        made.add(quern.newQueue(QueueSpec.bounded("queue", 16)));
      }
    }
  }

  /** Lets go of them. */
  @TearDown(Level.Iteration)
  public void forget() {
    made.clear();
  }

  /** Closes all of them. */
  @Benchmark
  public void close() {
    quern.close();
  }
}

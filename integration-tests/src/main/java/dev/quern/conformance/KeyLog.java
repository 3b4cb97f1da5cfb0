// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import dev.quern.KeyHandler;
import dev.quern.KeyRun;
import dev.quern.KeyedWorkQueue;
import dev.quern.KeyedWorkQueueSpec;
import dev.quern.Next;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** A handler of keys that writes down its runs, and does in each what the test said beforehand. */
final class KeyLog implements KeyHandler<String> {
  static final Duration FIRST = Duration.ofMillis(100);
  static final Duration LONGEST = Duration.ofSeconds(1);

  private final Scene scene;
  private final KeyedWorkQueue<String> queue;
  private final Queue<KeyHandler<String>> script = new ConcurrentLinkedQueue<>();
  private final List<String> runs = new CopyOnWriteArrayList<>();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  private KeyLog(Scene scene, KeyedWorkQueueSpec spec) {
    this.scene = scene;
    this.queue = scene.quern().newKeyedWorkQueue(spec, this);
  }

  static KeyedWorkQueueSpec spec() {
    return KeyedWorkQueueSpec.named("keyed").firstRetry(FIRST).maxRetryDelay(LONGEST);
  }

  static KeyLog of(Scene scene, KeyedWorkQueueSpec spec) {
    return new KeyLog(scene, spec);
  }

  /** On a clock moved by hand. */
  static KeyLog timed(Scene scene, KeyedWorkQueueSpec spec) {
    scene.probe().manualClock();
    return new KeyLog(scene, spec);
  }

  KeyedWorkQueue<String> queue() {
    return queue;
  }

  /** What the next run does that has not been told yet; without it a run is DONE. */
  KeyLog then(KeyHandler<String> code) {
    script.add(code);
    return this;
  }

  KeyLog then(Next... answers) {
    for (Next answer : answers) {
      script.add(run -> answer);
    }
    return this;
  }

  /** The next run stays in the handler until the gate is opened. */
  Gate held() {
    return held(Next.DONE);
  }

  Gate held(Next answer) {
    Gate gate = new Gate();
    then(
        run -> {
          gate.pass();
          return answer;
        });
    return gate;
  }

  /** A run of that key that has begun and is held. */
  Gate running(String key) throws InterruptedException {
    return running(key, Next.DONE);
  }

  Gate running(String key, Next answer) throws InterruptedException {
    Gate gate = held(answer);
    queue.submit(key);
    gate.awaitReached();
    return gate;
  }

  @Override
  public Next handle(KeyRun<String> run) throws Exception {
    threads.add(Thread.currentThread());
    runs.add(run.key() + "#" + run.attempt());
    KeyHandler<String> code = script.poll();
    return code == null ? Next.DONE : code.handle(run);
  }

  /** Each run as {@code key#attempt}, in the order in which they began. */
  List<String> runs() {
    return List.copyOf(runs);
  }

  /**
   * Moves the clock, and returns when what came due has run. Before, whoever ran something has gone
   * on to wait: a flush may return before what the handler wished is on the clock.
   */
  void advance(Duration step) throws InterruptedException {
    threads.forEach(
        thread -> scene.eventually("no run is about to end", () -> isAtRest(thread.getState())));
    scene.probe().advance(step);
    queue.flush();
  }

  private static boolean isAtRest(Thread.State state) {
    return state == Thread.State.WAITING
        || state == Thread.State.TIMED_WAITING
        || state == Thread.State.TERMINATED;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import java.util.Map;

/** What the benchmarks measure, in words; one that is not here goes by its name. */
final class Titles {
  private static final Map<String, String> PRIMITIVES =
      Map.of(
          "queue", "Queue",
          "daemon-queue", "DaemonQueue",
          "thread-pool", "ThreadPool",
          "task-context", "TaskContext",
          "work-queue", "WorkQueue",
          "keyed-work-queue", "KeyedWorkQueue",
          "runtime", "The runtime",
          "growth", "Many contexts, many works");

  private static final Map<String, String> SHAPES =
      Map.ofEntries(
          Map.entry("QueueBenchmark.offer", "Single items from producers to one consumer"),
          Map.entry("QueueBenchmark.offerAll", "The same in groups of sixteen"),
          Map.entry("QueueBenchmark.offerPoll", "In and out on one thread"),
          Map.entry("QueueBenchmark.full", "A bounded queue that is full: producers wait for room"),
          Map.entry(
              "DaemonQueueBenchmark.offerToHandler", "From offer until the handler has seen it"),
          Map.entry("DaemonQueueBenchmark.shortGap", "One item at a time, a short gap between"),
          Map.entry("DaemonQueueBenchmark.nested", "Daemon queues nested in each other"),
          Map.entry("DaemonQueueBenchmark.wake", "Waking an idle daemon queue"),
          Map.entry(
              "ThreadPoolBenchmark.external", "Jobs submitted from outside, until all have run"),
          Map.entry("ThreadPoolBenchmark.selfRequeue", "Jobs that submit themselves again"),
          Map.entry("ThreadPoolBenchmark.wake", "Waking an idle pool"),
          Map.entry("ThreadPoolBenchmark.submitToRun", "Submit until it has run, one worker"),
          Map.entry("ThreadPoolBenchmark.submitToRunInView", "The same through a limited view"),
          Map.entry("TaskContextBenchmark.dispatch", "Dispatch into one context"),
          Map.entry("TaskContextBenchmark.manyContexts", "100,000 contexts, a task each"),
          Map.entry("TaskContextBenchmark.barrier", "A barrier while another is inside"),
          Map.entry(
              "TaskContextBenchmark.cancelAndWait",
              "Cancel a pending task while another is inside"),
          Map.entry("TaskContextBenchmark.taskDispatch", "Dispatch of a task, one thread"),
          Map.entry("TaskContextBenchmark.actionDispatch", "Dispatch of an action, one thread"),
          Map.entry("TaskContextBenchmark.cancel", "Cancel with nothing pending"),
          Map.entry("WorkQueueBenchmark.scheduleCancel", "Start and stop a timer after a delay"),
          Map.entry("WorkQueueBenchmark.scheduleAtCancel", "Start and stop a timer at a time"),
          Map.entry(
              "WorkQueueBenchmark.scheduleCancelSpread",
              "The same, after a delay, over many timers in turn"),
          Map.entry(
              "WorkQueueBenchmark.scheduleAtCancelSpread",
              "The same, at a time, over many timers in turn"),
          Map.entry("WorkQueueBenchmark.reschedule", "Put a timer off again and again"),
          Map.entry(
              "WorkQueueBenchmark.fire", "A million timers due within 16 ms, until all have run"),
          Map.entry("WorkQueueBenchmark.lateness", "How late timers fire"),
          Map.entry("WorkQueueBenchmark.submitToRun", "Submit until it has run"),
          Map.entry(
              "WorkQueueBenchmark.submitToRunOnSharedPool",
              "The same on the workers of a shared pool"),
          Map.entry(
              "WorkQueueBenchmark.requeueStorm", "Many threads queue one work again and again"),
          Map.entry("WorkQueueBenchmark.cancelAndWait", "Cancel for certain"),
          Map.entry("WorkQueueBenchmark.flush", "Flush"),
          Map.entry("KeyedWorkQueueBenchmark.submitToRun", "Keys in turn, until all have run"),
          Map.entry("RuntimeBenchmark.close", "Close a runtime"),
          Map.entry("GrowthBenchmark.contexts", "A dispatch into each of many contexts in turn"),
          Map.entry("GrowthBenchmark.works", "Each of many works in turn, until all have run"));

  private Titles() {}

  static String primitive(String name) {
    return PRIMITIVES.getOrDefault(name, name);
  }

  static String shape(String benchmark) {
    return SHAPES.getOrDefault(benchmark, benchmark);
  }
}

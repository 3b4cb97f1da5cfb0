// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

public interface Quern extends AutoCloseable {
  static Quern open() {
    return open(OpenOptions.NONE);
  }

  static Quern open(OpenOptions options) {
    Objects.requireNonNull(options, "options");
    return BootstrapLookup.find().open(options);
  }

  <E> Queue<E> newQueue(QueueSpec spec);

  <E> Queue<E> newQueue(QueueSpec spec, Action onNonEmpty);

  <E> DaemonQueue<E> newDaemonQueue(DaemonQueueSpec spec, Handler<? super E> handler);

  <E> DaemonQueue<E> newReclaimer(String name, Handler<? super E> handler);

  ThreadPool threadPool(String name);

  ThreadPool threadPool(ThreadPoolSpec spec);

  TaskContext newTaskContext(String name);

  TaskContext newTaskContext(TaskContextSpec spec);

  WorkQueue newWorkQueue(String name);

  WorkQueue newWorkQueue(WorkQueueSpec spec);

  WorkQueue systemQueue(SystemQueue which);

  Optional<Work> currentWork();

  Optional<Job> currentJob();

  Inspection inspect();

  @Override
  void close();

  List<String> close(Duration limit) throws InterruptedException;
}

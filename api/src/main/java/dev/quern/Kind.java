// SPDX-License-Identifier: Apache-2.0
package dev.quern;

/** The kinds of primitive. */
public enum Kind {
  /** {@link Queue}. */
  QUEUE("queue"),
  /** {@link DaemonQueue}. */
  DAEMON_QUEUE("daemon-queue"),
  /** {@link ThreadPool}. */
  THREAD_POOL("thread-pool"),
  /** {@link TaskContext}. */
  TASK_CONTEXT("task-context"),
  /** {@link WorkQueue}. */
  WORK_QUEUE("work-queue"),
  /** {@link PoolView}. */
  POOL_VIEW("pool-view"),
  /** {@link KeyedWorkQueue}. */
  KEYED_WORK_QUEUE("keyed-work-queue");

  private final String key;

  Kind(String key) {
    this.key = key;
  }

  /** As configuration keys spell it, such as {@code work-queue}. */
  public String key() {
    return key;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern;

public enum Kind {
  QUEUE("queue"),
  DAEMON_QUEUE("daemon-queue"),
  THREAD_POOL("thread-pool"),
  TASK_CONTEXT("task-context"),
  WORK_QUEUE("work-queue");

  private final String key;

  Kind(String key) {
    this.key = key;
  }

  public String key() {
    return key;
  }
}

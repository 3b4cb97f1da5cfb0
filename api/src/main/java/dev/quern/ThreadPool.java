// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.concurrent.locks.ReentrantLock;

public interface ThreadPool extends Primitive {
  Job newJob(String name, Action body);

  Job newJob(String name, Body<Job> body);

  Job newJob(String name, ReentrantLock interlock, Body<Job> body);
}

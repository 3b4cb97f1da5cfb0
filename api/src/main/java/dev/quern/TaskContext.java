// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

public interface TaskContext extends Primitive {
  void dispatch(Action once);

  Task newTask(String name, Action body);

  Task newTask(String name, Body<Task> body);

  <T extends @Nullable Object, X extends Exception> T call(Call<T, X> code)
      throws X, InterruptedException;

  <T extends @Nullable Object, X extends Exception> T call(Call<T, X> code, Duration limit)
      throws X, InterruptedException, TimeoutException;

  void barrier() throws InterruptedException;

  boolean barrier(Duration limit) throws InterruptedException;
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.ThreadPoolSpec;
import dev.quern.spi.CannotStartThreadException;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes every thread (rule G13). The program's factory may make the platform threads; what each has
 * to be is set on what it returns. Virtual threads are always the JDK's.
 */
final class Threads {
  private final Optional<ThreadFactory> factory;
  private final VirtualThreads virtualThreads;

  Threads(Optional<ThreadFactory> factory, VirtualThreads virtualThreads) {
    this.factory = factory;
    this.virtualThreads = virtualThreads;
  }

  Thread start(
      String name, int priority, boolean virtual, @Nullable ClassLoader loader, Runnable body)
      throws CannotStartThreadException {
    try {
      Thread thread = virtual ? virtualThreads.make(name, body) : platform(name, priority, body);
      thread.setContextClassLoader(loader);
      thread.start();
      return thread;
    } catch (Throwable thrown) { // Errors too: that is how the JDK says that there are no more
      throw new CannotStartThreadException(name, thrown);
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // the user asked for it
  private Thread platform(String name, int priority, Runnable body) {
    Thread thread =
        factory.isPresent()
            ? factory.get().newThread(body)
            : new Thread(null, body, name, 0, false);
    if (thread == null) {
      throw new IllegalStateException("the thread factory returned null");
    }
    thread.setName(name);
    thread.setDaemon(true);
    thread.setPriority(priority == ThreadPoolSpec.NO_PRIORITY ? Thread.NORM_PRIORITY : priority);
    return thread;
  }
}

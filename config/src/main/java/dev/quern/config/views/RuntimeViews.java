// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.views;

import dev.quern.Primitive;
import dev.quern.Queue;
import dev.quern.ThreadPool;
import dev.quern.WorkQueue;
import dev.quern.spi.Host;
import dev.quern.spi.QueueInside;
import dev.quern.spi.Views;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The executor views of one runtime, which have to hear of the end of what they use. A view that
 * the program dropped is kept by its pending tasks, and by nothing else.
 */
@Singleton
public final class RuntimeViews implements Views {
  /**
   * @param used those whose end is the view's: the first is a handle, if there is one
   */
  private record Use(WeakReference<View> view, List<Object> used) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final List<Use> uses = new ArrayList<>(); // guarded by lock

  /** For Dagger. */
  @Inject
  public RuntimeViews() {}

  @Override
  public ExecutorService executor(ThreadPool pool) {
    return register(new PoolExecutor(pool), List.of(pool));
  }

  /** A view of a handle of that pool. */
  public ExecutorService executor(ThreadPool handle, ThreadPool pool) {
    return register(new PoolExecutor(handle), List.of(handle, pool));
  }

  @Override
  public ScheduledExecutorService scheduledExecutor(WorkQueue queue, Host host) {
    return register(new WorkScheduler(queue, host), List.of(queue));
  }

  @Override
  public <E> BlockingQueue<E> blockingQueue(Queue<E> queue, QueueInside<E> inside) {
    return new BlockingView<>(queue, inside);
  }

  /** The handle is closed: its views take no more, and end when their tasks have. */
  public void closed(ThreadPool handle) {
    tell(used -> used.get(0) == handle, View::shutdown);
  }

  /** It has ended, and runs nothing any more. */
  public void ended(Object primitive) {
    if (primitive instanceof Primitive) {
      Predicate<List<Object>> whose = used -> used.stream().anyMatch(each -> each == primitive);
      tell(whose, View::abandon);
      lock.lock();
      try {
        uses.removeIf(use -> whose.test(use.used));
      } finally {
        lock.unlock();
      }
    }
  }

  private <V extends View> V register(V view, List<Object> used) {
    lock.lock();
    try {
      purge();
      uses.add(new Use(new WeakReference<>(view), used));
    } finally {
      lock.unlock();
    }
    return view;
  }

  private void tell(Predicate<List<Object>> whose, Consumer<View> news) {
    List<View> views = new ArrayList<>();
    lock.lock();
    try {
      purge();
      for (Use use : uses) {
        View view = use.view.get();
        if (view != null && whose.test(use.used)) {
          views.add(view);
        }
      }
    } finally {
      lock.unlock();
    }
    views.forEach(news);
  }

  private void purge() {
    for (Iterator<Use> each = uses.iterator(); each.hasNext(); ) {
      if (each.next().view.refersTo(null)) {
        each.remove();
      }
    }
  }
}

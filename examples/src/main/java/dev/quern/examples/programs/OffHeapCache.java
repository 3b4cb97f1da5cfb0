// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.programs;

import dev.quern.DaemonQueue;
import dev.quern.Quern;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A cache of buffers outside the heap: evicting costs a map operation and an append; freeing
 * happens elsewhere.
 */
public final class OffHeapCache<K> implements AutoCloseable {
  /** A buffer that its users count. */
  public abstract static class Buffer {
    private final AtomicInteger users = new AtomicInteger(1); // the cache

    /** Gives the memory back; may be slow. */
    protected abstract void free() throws Exception;

    boolean retain() {
      return users.getAndUpdate(n -> n == 0 ? 0 : n + 1) != 0;
    }

    boolean release() {
      return users.decrementAndGet() == 0;
    }
  }

  private final ConcurrentHashMap<K, Buffer> buffers = new ConcurrentHashMap<>();
  private final DaemonQueue<Buffer> reclaimer;

  public OffHeapCache(Quern quern, String name) {
    reclaimer = quern.newReclaimer(name, Buffer::free);
  }

  public void put(K key, Buffer buffer) {
    release(buffers.put(key, buffer));
  }

  /** A buffer in use, to be given back with release; null if there is none. */
  public @Nullable Buffer get(K key) {
    Buffer buffer = buffers.get(key);
    return buffer != null && buffer.retain() ? buffer : null;
  }

  public void evict(K key) {
    release(buffers.remove(key));
  }

  public void release(@Nullable Buffer buffer) {
    if (buffer != null && buffer.release()) {
      reclaimer.add(buffer); // unbounded: never full
    }
  }

  /** Evicts everything; what nobody uses is free when this returns. */
  @Override
  public void close() {
    buffers.keySet().forEach(this::evict);
    reclaimer.close();
  }
}

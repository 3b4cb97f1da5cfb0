// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Action;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Who a watched run is while it moves (rule W8). A run's identity is the place at which it stood
 * when it was first watched; a reschedule takes the place away, and the word has no room for both
 * the identity and a time. So while a watched run moves, its word holds a key, used once, and what
 * the key means is here.
 *
 * <p>With a context hook every run is watched from its submission on, so what that submission
 * captured is here, too (rule G21): entered before the step that made the run pending, handed on
 * from key to key, read by the lane before the step that begins the run. So the run finds what the
 * very submission captured that made it pending, and nobody waits for anybody.
 *
 * <p>A key is entered before the step that puts it into a word, and left after the step that takes
 * it out, or after a step that failed. A reader that finds nothing has read a word that is no more.
 * Cold without a hook: only runs that someone flushes while they are rescheduled come here.
 */
final class WatchedRuns {
  private record Run(long identity, long time, @Nullable Action captured) {}

  private final ConcurrentMap<Long, Run> runs = new ConcurrentHashMap<>();
  private final AtomicLong lastKey = new AtomicLong();

  /** Below {@link WorkState#NO_PLACE}, and never the same twice. */
  long newKey() {
    return lastKey.incrementAndGet();
  }

  void enter(long key, long identity, long time, @Nullable Action captured) {
    runs.put(key, new Run(identity, time, captured));
  }

  void leave(long key) {
    runs.remove(key);
  }

  /** Who stands behind the key: another's identity, or its own. */
  long identity(long key) {
    Run run = runs.get(key);
    return run == null ? key : run.identity;
  }

  /** What a context hook made of its submission, if there is one. */
  @Nullable Action captured(long key) {
    Run run = runs.get(key);
    return run == null ? null : run.captured;
  }

  /** How many there are, for tests. */
  int size() {
    return runs.size();
  }

  /** When a delayed one comes due; NEVER if the word with that key is no more. */
  long time(long key) {
    @Nullable Run run = runs.get(key);
    return run == null ? TimerEntry.NEVER : run.time;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The line in which queued keys stand, and the lanes that run them: up to maxActive, each a job of
 * the queue's own pool, made on demand and used again.
 *
 * <p>No key is left in line. Whoever puts one there then engages a lane, unless all are engaged. A
 * lane that finds the line empty leaves, then looks again, and engages a lane as a newcomer does.
 * Both sides write, then read what the other writes, so one of them sees the other (Dekker).
 *
 * <p>With a rate limit a lane takes a token before it takes a key. If there is none it sets the
 * timer and leaves: the timer engages a lane when a token may be there. If it rang too early to
 * find the leaving lane out of the way, it is not set any more, and the lane's second look sees
 * that. A lane that has taken a key and sees that more stand in line engages another before it runs
 * its own, so while there are keys there is a lane that looks or the timer is set. A token that was
 * taken for nothing is given back before the leaving lane's second look, which serves those who
 * were told meanwhile that there was none. So a limit holds no thread, and the line's order is
 * kept.
 *
 * <p>An entry stands in line once at most: it enters with the step that makes it QUEUED and not
 * running, and can't become so again but by a run. One whose run was taken away is gone and stays
 * until its turn or until such entries outnumber the live ones; then the line is swept (rule G9).
 *
 * <p>Every engaged lane is a reason for the queue to go on ({@link KeyTable}), so its pool is open.
 * Progress: entering and engaging are lock-free, but for making a lane.
 */
final class KeyLanes<K> {
  private static final VarHandle DUE =
      ConstantBootstraps.fieldVarHandle(
          lookup(), "due", VarHandle.class, RateTimer.class, long.class);

  private static final int STALE_ALLOWED = 64;

  private final LockfreeKeyedWorkQueue<K> queue;
  private final int most;
  private final @Nullable RateLimit limit;
  private final RateTimer timer = new RateTimer(this);
  private final Queue<KeyEntry<K>> line = new ConcurrentLinkedQueue<>();
  private final Queue<KeyLane<K>> all = new ConcurrentLinkedQueue<>();
  private final Queue<KeyLane<K>> free = new ConcurrentLinkedQueue<>();
  private final AtomicInteger engaged = new AtomicInteger();
  private final AtomicInteger stale = new AtomicInteger(); // about how many in line are gone

  KeyLanes(LockfreeKeyedWorkQueue<K> queue, int maxActive, @Nullable RateLimit limit) {
    this.queue = queue;
    this.most = maxActive;
    this.limit = limit;
  }

  boolean isSingle() {
    return most == 1;
  }

  Iterable<KeyLane<K>> all() {
    return all;
  }

  /** It has become QUEUED and does not run. */
  void add(KeyEntry<K> entry) {
    line.add(entry);
    engage();
  }

  /** As {@link #add}, by a lane that looks at the line next. */
  void addBehind(KeyEntry<K> entry) {
    line.add(entry);
  }

  /** One that stood in line is gone. */
  void left() {
    if (stale.incrementAndGet() > STALE_ALLOWED + queue.table.size()) {
      stale.set(0);
      line.removeIf(KeyEntry::isGone);
    }
  }

  private void engage() {
    int now = engaged.get();
    while (now < most) {
      if (engaged.compareAndSet(now, now + 1)) {
        start();
        return;
      }
      now = engaged.get();
    }
  }

  /** It counts as engaged; it needs a reason, and its job. */
  private void start() {
    if (!queue.table.hold()) {
      engaged.decrementAndGet(); // finished: what was in line is gone
      return;
    }
    KeyLane<K> lane = null;
    try {
      lane = free.poll();
      if (lane == null) {
        lane = new KeyLane<>(queue, this);
        all.add(lane);
      }
      lane.start();
    } catch (Throwable thrown) {
      if (lane != null) {
        free.add(lane);
      }
      engaged.decrementAndGet();
      try {
        queue.broke(thrown);
      } finally {
        queue.table.release();
      }
      throw thrown;
    }
  }

  /** What a lane finds when it looks. */
  enum Look {
    TAKEN,
    EMPTY,
    NO_TOKEN
  }

  /** Takes the next key's entry for that lane. */
  Look take(KeyLane<K> lane) {
    if (limit != null && !lane.token) {
      if (line.isEmpty()) {
        return Look.EMPTY;
      }
      long time = limit.take(queue.wheel.now());
      if (time != RateLimit.TAKEN) {
        timer.set(queue.wheel, time);
        return Look.NO_TOKEN;
      }
      lane.token = true;
    }
    KeyEntry<K> entry = line.poll();
    if (entry == null) {
      if (limit != null) {
        lane.token = false;
        limit.giveBack();
      }
      return Look.EMPTY;
    }
    lane.taken = entry;
    return Look.TAKEN;
  }

  /** The entry that the lane took runs: its token is spent. */
  void begins(KeyLane<K> lane) {
    if (limit != null) {
      lane.token = false;
      if (!line.isEmpty()) {
        engage();
      }
    }
  }

  /** The entry that a lane took had gone. */
  void passed() {
    stale.getAndUpdate(count -> Math.max(0, count - 1));
  }

  /** The lane's job ends. */
  void leave(KeyLane<K> lane, boolean looksAgain) {
    if (limit != null && lane.token) { // an error came between
      lane.token = false;
      limit.giveBack();
    }
    free.add(lane);
    engaged.decrementAndGet();
    try {
      if (!line.isEmpty() && (looksAgain || !timer.isSet())) {
        engage();
      }
    } finally {
      queue.table.release();
      queue.left();
    }
  }

  /** Nothing more will come. */
  void finished() {
    timer.due = TimerEntry.NEVER;
    queue.wheel.stop(timer);
  }

  /** Engages a lane when the next token may be there. */
  private static final class RateTimer extends TimerEntry {
    private final KeyLanes<?> lanes;
    private volatile long due = NEVER;

    RateTimer(KeyLanes<?> lanes) {
      this.lanes = lanes;
    }

    void set(TimerWheel wheel, long time) {
      long old;
      do {
        old = due;
      } while (time < old && !DUE.compareAndSet(this, old, time));
      wheel.start(this, Math.min(old, time));
    }

    boolean isSet() {
      return due != NEVER;
    }

    @Override
    long deadline() {
      return due;
    }

    /** First the store, then the look at who is engaged: a lane leaves, then looks at the store. */
    @Override
    void fire(long now) {
      due = NEVER;
      try {
        lanes.engage();
      } catch (Throwable reported) { // it broke the queue; other timers fire on
        due = NEVER;
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.ClosedException;
import dev.quern.Inspection;
import dev.quern.Kind;
import dev.quern.MisuseException;
import dev.quern.spi.Managed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Every live primitive of the runtime, and the names that only one may bear (rules G14, G15). What
 * has threads or pending runs of its own is held until its close has finished; queues and contexts
 * live as long as the program wants them.
 */
@Singleton
final class Registry {
  private static final Set<Kind> UNIQUE =
      Set.of(Kind.DAEMON_QUEUE, Kind.WORK_QUEUE, Kind.KEYED_WORK_QUEUE, Kind.POOL_VIEW);
  private static final Set<Kind> HELD =
      Set.of(
          Kind.DAEMON_QUEUE,
          Kind.WORK_QUEUE,
          Kind.KEYED_WORK_QUEUE,
          Kind.THREAD_POOL,
          Kind.POOL_VIEW);

  /** What may still be made. */
  enum Phase {
    /** Everything. */
    OPEN,
    /** Only what primitives that are closing need to finish: pools. */
    CLOSING,
    /** Nothing. */
    CLOSED
  }

  /**
   * What is known of a member. Contexts that are made of one spec share it.
   *
   * @param depth how many targets a daemon queue has above it
   * @param provider the name of the one that made it
   * @param number those made later have higher ones
   */
  record Member(
      Kind kind,
      String name,
      boolean system,
      int depth,
      String provider,
      List<Inspection.Setting> settings,
      long number) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final WeakMembers<Managed, Member> members = new WeakMembers<>(); // guarded by lock
  private final Set<Managed> held =
      Collections.newSetFromMap(new IdentityHashMap<>()); // guarded by lock
  private final Map<Kind, Set<String>> names = new EnumMap<>(Kind.class); // guarded by lock
  private Phase phase = Phase.OPEN; // guarded by lock

  @Inject
  Registry() {}

  private Set<String> namesOf(Kind kind) {
    return names.computeIfAbsent(kind, unseen -> new HashSet<>());
  }

  /** Reserves a name before anything is made under it. */
  void claim(Kind kind, String name) {
    lock.lock();
    try {
      if (UNIQUE.contains(kind) && !namesOf(kind).add(name)) {
        throw new MisuseException(
            Failures.describe(kind, name) + ": there is a live one of this name already");
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives a name back under which nothing was made. */
  void unclaim(Kind kind, String name) {
    lock.lock();
    try {
      if (UNIQUE.contains(kind)) {
        namesOf(kind).remove(name);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes in what was made; false if the runtime was closed meanwhile, and it has to go again. */
  boolean add(Managed primitive, Member member) {
    lock.lock();
    try {
      if (!allows(member.kind())) {
        return false;
      }
      members.add(primitive, member);
      if (HELD.contains(member.kind())) {
        held.add(primitive);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Forgets it; its name is free. */
  void ended(Managed primitive) {
    lock.lock();
    try {
      Member member = members.remove(primitive);
      if (member != null) {
        held.remove(primitive);
        unclaim(member.kind(), member.name());
      }
    } finally {
      lock.unlock();
    }
  }

  boolean isLive(Managed primitive) {
    lock.lock();
    try {
      return members.contains(primitive);
    } finally {
      lock.unlock();
    }
  }

  /** The depth of a live daemon queue, 0 if it has no target. */
  int depth(Managed daemonQueue) {
    lock.lock();
    try {
      Member member = members.note(daemonQueue);
      return member == null ? 0 : member.depth();
    } finally {
      lock.unlock();
    }
  }

  /** A snapshot, in the order in which they, or the first like them, were made. */
  Map<Managed, Member> live() {
    List<Map.Entry<Managed, Member>> all = new ArrayList<>();
    lock.lock();
    try {
      members.forEach((primitive, member) -> all.add(Map.entry(primitive, member)));
    } finally {
      lock.unlock();
    }
    all.sort(Comparator.comparingLong(entry -> entry.getValue().number()));
    Map<Managed, Member> live = new LinkedHashMap<>();
    all.forEach(entry -> live.put(entry.getKey(), entry.getValue()));
    return live;
  }

  void enter(Phase next) {
    lock.lock();
    try {
      phase = next;
    } finally {
      lock.unlock();
    }
  }

  /** Rule G11: from the start of its close the program can't have anything made. */
  void requireOpen(Kind kind, String name) {
    lock.lock();
    try {
      if (phase != Phase.OPEN) {
        throw closed(kind, name);
      }
    } finally {
      lock.unlock();
    }
  }

  static ClosedException closed(Kind kind, String name) {
    return new ClosedException(Failures.describe(kind, name) + ": the runtime is closed");
  }

  private boolean allows(Kind kind) {
    return phase == Phase.OPEN || (phase == Phase.CLOSING && kind == Kind.THREAD_POOL);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.soak;

import java.util.List;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** What one run of a program did, and what was wrong about it. */
final class Journal {
  private static final int SHOWN = 400;

  private record Entry(long stamp, String text) {}

  private final AtomicLong clock = new AtomicLong();
  private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final TreeMap<String, Long> facts = new TreeMap<>();
  private final ConcurrentHashMap<Planted, AtomicInteger> thrown = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /** An exception that user code throws on purpose; each is to be reported once. */
  static final class Planted extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Planted(String message) {
      super(message, null, false, false);
    }
  }

  /** The next instant. Orders what threads do, so it comes after what is to be seen without it. */
  long now() {
    return clock.incrementAndGet();
  }

  void note(long stamp, String text) {
    entries.add(new Entry(stamp, Thread.currentThread().getName() + ": " + text));
  }

  void require(boolean condition, String text) {
    if (!condition) {
      violations.add(text);
    }
  }

  /** Something that does not depend on the schedule: equal on all providers. */
  void fact(String name, long value) {
    facts.put(name, value);
  }

  /** User code begins: nothing does once everything is closed. */
  void begins(String who) {
    if (closed) {
      violations.add(who + " ran after everything was closed");
    }
  }

  void closed() {
    closed = true;
  }

  /** Throws, and expects a report. */
  void plant(String where) {
    Planted planted = new Planted(where);
    thrown.put(planted, new AtomicInteger());
    throw planted;
  }

  /** The failure handler. */
  void failed(Throwable cause) {
    AtomicInteger reports = cause instanceof Planted planted ? thrown.get(planted) : null;
    if (reports == null) {
      violations.add("reported, but not planted: " + cause);
    } else if (reports.incrementAndGet() > 1) {
      violations.add("reported twice: " + cause);
    }
  }

  /** After the end. */
  void checkReports() {
    thrown.forEach(
        (planted, reports) -> require(reports.get() == 1, "not reported: " + planted.getMessage()));
  }

  TreeMap<String, Long> facts() {
    return facts;
  }

  List<String> violations() {
    return List.copyOf(violations);
  }

  Stream<String> lines() {
    List<Entry> all = entries.stream().sorted((a, b) -> Long.compare(a.stamp, b.stamp)).toList();
    return all.stream()
        .skip(Math.max(0, all.size() - SHOWN))
        .map(entry -> entry.stamp + " " + entry.text);
  }
}

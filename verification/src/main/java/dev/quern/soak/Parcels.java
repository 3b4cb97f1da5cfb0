// SPDX-License-Identifier: Apache-2.0
package dev.quern.soak;

import java.util.ArrayList;
import java.util.List;

/**
 * What went through one queue or daemon queue, and what must hold of it: each accepted parcel comes
 * out once, those of one producer in their order, and what its producer wrote is seen. Each
 * producer's side belongs to one thread, the consumer's to whoever consumes.
 */
final class Parcels {
  /** Neither field is final: that the consumer sees them is the queue's affair (rule G2). */
  static final class Parcel {
    int producer;
    int number;
    int check;

    @Override
    public String toString() {
      return producer + "/" + number;
    }
  }

  final String name;
  private final Journal journal;
  private final List<List<Integer>> accepted = new ArrayList<>();
  private final int[] made;
  private final List<List<Integer>> out = new ArrayList<>(); // written by the consumer
  private int taken; // written by the consumer

  Parcels(String name, int producers, Journal journal) {
    this.name = name;
    this.journal = journal;
    this.made = new int[producers];
    for (int i = 0; i < producers; i++) {
      accepted.add(new ArrayList<>());
      out.add(new ArrayList<>());
    }
  }

  /** Producer. */
  Parcel make(int producer) {
    Parcel parcel = new Parcel();
    parcel.producer = producer;
    parcel.number = ++made[producer];
    parcel.check = check(parcel);
    return parcel;
  }

  /** Producer: it was accepted. */
  void accepted(Parcel parcel) {
    accepted.get(parcel.producer).add(parcel.number);
    journal.note(journal.now(), name + " accepted " + parcel);
  }

  /** Consumer. */
  void out(Parcel parcel) {
    boolean seen = parcel.check == check(parcel) && parcel.number > 0;
    List<Integer> earlier = out.get(parcel.producer);
    boolean inOrder = earlier.isEmpty() || earlier.get(earlier.size() - 1) < parcel.number;
    earlier.add(parcel.number);
    taken++;
    journal.begins(name);
    journal.note(journal.now(), name + " out " + parcel);
    journal.require(seen, name + ": written before, not seen in " + parcel);
    journal.require(inOrder, name + ": out of order or twice: " + parcel + " after " + earlier);
  }

  /** Whoever is ordered after the consumer. */
  int taken() {
    return taken;
  }

  /** The producer itself, ordered after the consumer by a flush. */
  void checkFlushed(int producer) {
    List<Integer> mine = accepted.get(producer);
    List<Integer> done = out.get(producer);
    if (!mine.isEmpty()) {
      Integer last = mine.get(mine.size() - 1);
      journal.require(
          !done.isEmpty() && done.get(done.size() - 1) >= last,
          name + ": flushed before " + producer + "/" + last + " was handled");
    }
  }

  long acceptedBy(int producer) {
    return accepted.get(producer).size();
  }

  long accepted() {
    return accepted.stream().mapToLong(List::size).sum();
  }

  /** When all is quiet. */
  void check() {
    for (int producer = 0; producer < made.length; producer++) {
      journal.require(
          accepted.get(producer).equals(out.get(producer)),
          name
              + " of producer "
              + producer
              + ": accepted "
              + accepted.get(producer)
              + ", came out "
              + out.get(producer));
    }
  }

  private static int check(Parcel parcel) {
    return parcel.producer * 31 + parcel.number * 17 + 5;
  }
}

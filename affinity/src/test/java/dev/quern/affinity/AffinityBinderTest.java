// SPDX-License-Identifier: Apache-2.0
package dev.quern.affinity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.Optional;
import net.openhft.affinity.Affinity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What the binder says, held against what the system says. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "what binds is a call of Linux")
class AffinityBinderTest {
  private final BitSet before = Affinity.getAffinity();

  @AfterEach
  void restore() {
    Affinity.setAffinity(before);
  }

  @Test
  void thereAreAsManyCpusAsThisProcessMayUse() {
    AffinityBinder binder = new AffinityBinder();
    assertEquals(AllowedCpus.ofThisProcess().cardinality(), binder.cpus());
    assertTrue(binder.cpus() > 0, "nothing can be bound here");
    assertEquals(before, Affinity.getAffinity(), "the trial has left its mark");
  }

  @Test
  void aBoundThreadRunsThere() {
    AffinityBinder binder = new AffinityBinder();
    for (int cpu = 0; cpu < binder.cpus(); cpu++) {
      assertTrue(binder.bind(cpu));
      assertEquals(cpu, binder.current());
      assertEquals(1, Affinity.getAffinity().cardinality());
    }
    binder.release();
    assertEquals(AllowedCpus.ofThisProcess(), Affinity.getAffinity());
  }

  @Test
  void aBoundCallerDoesNotHideTheOtherCpus() {
    Affinity.setAffinity(before.previousSetBit(before.length()));
    AffinityBinder binder = new AffinityBinder();
    assertEquals(AllowedCpus.ofThisProcess().cardinality(), binder.cpus());
  }

  @Test
  void whereACpuIsNotThereNothingIsBound() {
    BitSet none = new BitSet();
    assertEquals(0, new AffinityBinder(none).cpus());
    BitSet missing = new BitSet();
    missing.set(before.length() + 900);
    assertEquals(0, new AffinityBinder(missing).cpus());
    assertEquals(before, Affinity.getAffinity());
  }

  @Test
  void onlyAllowedCpusCount() {
    int last = before.previousSetBit(before.length());
    BitSet one = new BitSet();
    one.set(last);
    AffinityBinder binder = new AffinityBinder(one);
    assertEquals(1, binder.cpus());
    assertTrue(binder.bind(0));
    assertEquals(last, Affinity.getCpu());
    assertEquals(0, binder.current());
    BitSet other = new BitSet();
    other.set(before.nextSetBit(0));
    if (!other.equals(one)) {
      assertEquals(-1, new AffinityBinder(other).current(), "it runs on none of them");
    }
  }

  @Test
  void aCpuThatWasTakenAwayIsRefused() {
    BitSet allowed = (BitSet) before.clone();
    allowed.set(before.length() + 900);
    AffinityBinder binder = new AffinityBinder(allowed);
    assertFalse(binder.bind(binder.cpus() - 1));
    assertEquals(before, Affinity.getAffinity());
  }

  @Test
  void theListOfTheSystemIsRead() {
    BitSet expected = new BitSet();
    expected.set(0, 4);
    expected.set(8);
    expected.set(10, 12);
    assertEquals(
        Optional.of(expected),
        AllowedCpus.parse(
            "Name:\tjava\nCpus_allowed:\tff\nCpus_allowed_list:\t0-3,8,10-11\nX:\t1"));
    assertEquals(Optional.empty(), AllowedCpus.parse("Name:\tjava\n"));
  }
}

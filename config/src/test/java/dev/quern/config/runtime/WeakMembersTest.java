// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WeakMembersTest {
  private final WeakMembers<Object, Integer> members = new WeakMembers<>();

  @Test
  void membersAreKnownByIdentity() {
    String one = new String("same");
    String other = new String("same");
    members.add(one, 1);
    assertEquals(1, members.note(one));
    assertNull(members.note(other));
    assertFalse(members.contains(other));
    assertNull(members.remove(other));
    members.add(other, 2);
    assertEquals(2, members.remove(other));
    assertEquals(List.of(one), members.snapshot());
  }

  @Test
  void manyThatComeAndGoAreKeptAsAMapWouldKeepThem() {
    Map<Object, Integer> model = new IdentityHashMap<>();
    List<Object> all = new ArrayList<>();
    Random random = new Random(42);
    for (int i = 0; i < 20_000; i++) {
      if (all.isEmpty() || random.nextInt(5) > 1) {
        Object member = new Object();
        all.add(member);
        model.put(member, i);
        members.add(member, i);
      } else {
        Object member = all.get(random.nextInt(all.size()));
        assertEquals(model.remove(member), members.remove(member));
      }
    }
    Map<Object, Integer> seen = new IdentityHashMap<>();
    members.forEach(seen::put);
    assertEquals(model.size(), seen.size());
    for (Object member : all) {
      assertEquals(model.get(member), members.note(member));
    }
  }

  @Test
  void thoseThatAreGoneAreForgotten() {
    Object kept = new Object();
    members.add(kept, 0);
    for (int i = 1; i <= 10_000; i++) {
      members.add(new Object(), i);
    }
    int full = members.places();
    while (members.places() > full / 4) {
      System.gc();
      Thread.onSpinWait();
      members.forEach((member, note) -> {});
    }
    assertEquals(0, members.note(kept));
  }

  @Test
  void thereIsRoomForTwiceAsManyAtMost() {
    Set<Object> alive = Collections.newSetFromMap(new IdentityHashMap<>());
    Map<Integer, Integer> most = new HashMap<>();
    for (int live = 1; live <= 5_000; live++) {
      Object member = new Object();
      alive.add(member);
      members.add(member, live);
      most.put(live, members.places());
    }
    most.forEach((live, places) -> assertTrue(places <= Math.max(16, 2 * live), () -> live + ""));
  }

  @Test
  void oneThatComesAndGoesAllTheTimeDoesNotMakeItGrow() {
    List<Object> others = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      others.add(new Object());
      members.add(others.get(i), i);
    }
    for (int i = 0; i < 100_000; i++) {
      Object member = new Object();
      members.add(member, i);
      assertEquals(i, members.remove(member));
    }
    assertTrue(members.places() <= 4_000, () -> members.places() + " places");
    assertEquals(1_000, members.snapshot().size());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dev.quern.Family;
import dev.quern.Inspection;
import dev.quern.Inspection.Setting;
import dev.quern.Kind;
import dev.quern.config.runtime.Registry.Member;
import dev.quern.spi.Managed;
import dev.quern.spi.Managed.Counts;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Takes the snapshots of rule R8: families are summed over their live members. */
@Singleton
final class Inspector {
  private final Registry registry;
  private final RuntimeSettings settings;
  private final List<Setting> configured;

  @Inject
  Inspector(Registry registry, RuntimeSettings settings, Layers layers) {
    this.registry = registry;
    this.configured = configured(layers);
    this.settings = settings;
  }

  Inspection inspect() {
    Map<Managed, Member> live = registry.live();
    return new Inspection(Instant.now(), families(live), settings(live.values()));
  }

  private List<Family> families(Map<Managed, Member> live) {
    Map<Name, List<Counts>> byName = new LinkedHashMap<>();
    live.forEach(
        (primitive, member) ->
            byName
                .computeIfAbsent(
                    new Name(member.kind(), member.name(), member.provider()),
                    name -> new ArrayList<>())
                .add(primitive.counts()));
    List<Family> families = new ArrayList<>();
    byName.forEach((name, counts) -> families.add(family(name, counts)));
    return families;
  }

  private Family family(Name name, List<Counts> counts) {
    return new Family(
        name.kind(),
        name.text(),
        name.provider(),
        counts.size(),
        counts.stream().mapToLong(Counts::pending).sum(),
        counts.stream().map(Counts::running).flatMap(List::stream).toList(),
        counts.stream().mapToLong(Counts::accepted).sum(),
        counts.stream().mapToLong(Counts::coalesced).sum(),
        counts.stream().mapToLong(Counts::refused).sum(),
        counts.stream().mapToLong(Counts::completed).sum(),
        counts.stream().mapToLong(Counts::failed).sum(),
        Duration.ofNanos(counts.stream().mapToLong(Counts::waited).sum()),
        Duration.ofNanos(counts.stream().mapToLong(Counts::ran).sum()));
  }

  private List<Setting> settings(Collection<Member> live) {
    Set<Setting> all = new LinkedHashSet<>(settings.shown());
    all.addAll(configured);
    Member last = null;
    for (Member member : live) {
      if (!member.equals(last)) { // those that share one stand together
        all.addAll(member.settings());
        last = member;
      }
    }
    return List.copyOf(all);
  }

  /** What is configured for kinds and names, also for those that nothing bears yet. */
  private static List<Setting> configured(Layers layers) {
    List<Setting> all = new ArrayList<>();
    for (String text : layers.keys()) {
      for (Key<?> key : Settings.all()) {
        if (key.kind() != null && key.nameIn(text).isPresent()) {
          layers.find(text).ifPresent(found -> all.add(shown(key, found)));
        }
      }
    }
    return all;
  }

  private static <T> Setting shown(Key<T> key, Layers.Found found) {
    return new Setting(
        found.key(), key.type().text(key.type().parse(found.text())), found.source());
  }

  /** One name is one provider's: it is chosen by kind and name. */
  private record Name(Kind kind, String text, String provider) {}
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import dev.quern.Kind;
import dev.quern.OpenOptions;
import dev.quern.Primitive;
import dev.quern.Quern;
import dev.quern.spi.Host;
import dev.quern.spi.Primitives;
import dev.quern.spi.Provider;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A runtime of two providers: one makes what the test names, the other all else.
 *
 * @param named the name of the provider of what is named
 * @param rest the name of the other
 * @param partner one of the two, who remembers what it made
 */
record Mixture(Quern quern, String named, String rest, Watched partner) {
  /** What has to hold in such a runtime. */
  interface Property {
    void holds(Mixture mixture) throws Exception;
  }

  /**
   * Tries the property with the provider under test and each of its partners, each way round.
   *
   * @param named what one of them makes, as {@code daemon-queue.child}
   */
  static void each(Scene scene, String[] named, Property property) throws Exception {
    for (Provider found : scene.partners()) {
      Watched partner = new Watched(found, new CopyOnWriteArrayList<>());
      String under = scene.provider().name();
      OpenOptions theirs = with(OpenOptions.NONE, named, partner.name());
      attempt(
          new Mixture(scene.openWith(partner, theirs), partner.name(), under, partner), property);
      partner.made.clear();
      OpenOptions ours = with(OpenOptions.NONE, named, under);
      for (Kind kind : EnumSet.complementOf(EnumSet.of(Kind.POOL_VIEW))) { // it has its pool's
        ours = with(ours, new String[] {kind.key() + ".*"}, partner.name());
      }
      attempt(new Mixture(scene.openWith(partner, ours), under, partner.name(), partner), property);
    }
  }

  private static OpenOptions with(OpenOptions options, String[] named, String provider) {
    OpenOptions all = options;
    for (String name : named) {
      all = all.set("quern." + name + ".provider", provider);
    }
    return all;
  }

  private static void attempt(Mixture mixture, Property property) throws Exception {
    try {
      property.holds(mixture);
    } catch (Exception | AssertionError e) {
      throw new AssertionError(mixture + ": " + e.getMessage(), e);
    }
  }

  /** Remembers what its factories were asked for, as {@code newQueue name}. */
  record Watched(Provider provider, List<String> made) implements Provider {
    @Override
    public String name() {
      return provider.name();
    }

    @Override
    public int rank() {
      return provider.rank();
    }

    @Override
    public int spiVersion() {
      return provider.spiVersion();
    }

    /** Through a proxy, which needs to know of no method but by its name. */
    @Override
    public Primitives create(Host host) {
      Primitives factory = provider.create(host);
      return (Primitives)
          Proxy.newProxyInstance(
              Watched.class.getClassLoader(),
              new Class<?>[] {Primitives.class},
              (proxy, method, arguments) -> {
                if (arguments != null && !(arguments[0] instanceof Primitive)) { // a spec
                  Object name = arguments[0].getClass().getMethod("name").invoke(arguments[0]);
                  made.add(method.getName() + " " + name);
                }
                try {
                  return method.invoke(factory, arguments);
                } catch (InvocationTargetException e) {
                  throw Scene.<RuntimeException>sneak(e.getCause());
                }
              });
    }
  }

  @Override
  public String toString() {
    return named + " among " + rest;
  }
}

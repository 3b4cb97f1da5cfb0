// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import dev.quern.Primitive;
import dev.quern.locked.LockedProvider;
import dev.quern.lockfree.LockfreeProvider;
import dev.quern.spi.Host;
import dev.quern.spi.Primitives;
import dev.quern.spi.Provider;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes one primitive with the one provider, the next with the other: all of them mix (R5). */
public final class AlternatingProvider implements Provider {
  @Override
  public String name() {
    return "alternating";
  }

  @Override
  public int rank() {
    return Integer.MIN_VALUE;
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public Primitives create(Host host) {
    List<Primitives> factories =
        List.of(new LockedProvider().create(host), new LockfreeProvider().create(host));
    AtomicInteger turn = new AtomicInteger();
    return (Primitives)
        Proxy.newProxyInstance(
            AlternatingProvider.class.getClassLoader(),
            new Class<?>[] {Primitives.class},
            (proxy, method, arguments) -> {
              try {
                if (arguments != null) {
                  Primitives next = factories.get(turn.getAndIncrement() % 2);
                  if (arguments[0] instanceof Primitive part) { // goes to who made that
                    next = factories.get(isOf(part, factories.get(0)) ? 0 : 1);
                  }
                  return method.invoke(next, arguments);
                }
                for (Primitives factory : factories) { // what is current
                  Optional<?> answer = (Optional<?>) method.invoke(factory);
                  if (answer.isPresent()) {
                    return answer;
                  }
                }
                return Optional.empty();
              } catch (InvocationTargetException e) {
                throw Scene.<RuntimeException>sneak(e.getCause());
              }
            });
  }

  private static boolean isOf(Primitive part, Primitives factory) {
    return part.getClass().getPackage().equals(factory.getClass().getPackage());
  }
}

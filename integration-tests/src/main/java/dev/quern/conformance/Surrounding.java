// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import dev.quern.spi.Host;
import dev.quern.spi.Primitives;
import dev.quern.spi.Provider;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** A provider, under another name, around whose workers something goes: who is inside is known. */
record Surrounding(Provider provider, List<Thread> entered, List<Thread> left) implements Provider {
  Surrounding(Provider provider) {
    this(provider, new CopyOnWriteArrayList<>(), new CopyOnWriteArrayList<>());
  }

  @Override
  public String name() {
    return provider.name() + "-surrounded";
  }

  @Override
  public int rank() {
    return provider.rank();
  }

  @Override
  public int spiVersion() {
    return provider.spiVersion();
  }

  /** Through a proxy, which needs to know of one method only. */
  @Override
  public Primitives create(Host host) {
    Primitives factory = provider.create(host);
    return (Primitives)
        Proxy.newProxyInstance(
            Surrounding.class.getClassLoader(),
            new Class<?>[] {Primitives.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("newThreadPool")) {
                arguments[1] = (UnaryOperator<Runnable>) this::around;
              }
              try {
                return method.invoke(factory, arguments);
              } catch (InvocationTargetException e) {
                throw Scene.<RuntimeException>sneak(e.getCause());
              }
            });
  }

  private Runnable around(Runnable worker) {
    return () -> {
      entered.add(Thread.currentThread());
      try {
        worker.run();
      } finally {
        left.add(Thread.currentThread());
      }
    };
  }
}

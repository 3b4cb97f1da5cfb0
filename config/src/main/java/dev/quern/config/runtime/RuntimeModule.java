// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dagger.Module;
import dagger.Provides;
import dev.quern.OpenOptions;
import dev.quern.spi.Host;
import dev.quern.spi.Primitives;
import jakarta.inject.Singleton;
import java.util.function.LongSupplier;

/** Makes what has no constructor that could be injected. */
@Module
@SuppressWarnings("UseBinds") // one class of static methods reads better than two of each
final class RuntimeModule {
  private RuntimeModule() {}

  @Provides
  static Host host(RuntimeHost host) {
    return host;
  }

  @Provides
  @Singleton
  static Primitives primitives(Providers providers, Host host) {
    return new MixedPrimitives(providers, host);
  }

  @Provides
  static RuntimeSettings settings(Layers layers, Providers providers, ProviderSource source) {
    return RuntimeSettings.of(layers).withProvider(providers.main().name(), source.text());
  }

  @Provides
  static EffectiveSpecs specs(Layers layers) {
    return new EffectiveSpecs(layers);
  }

  @Provides
  @Singleton
  static VirtualThreads virtualThreads() {
    return new VirtualThreads();
  }

  @Provides
  @Singleton
  static Threads threads(OpenOptions options, VirtualThreads virtualThreads) {
    return new Threads(options.threadFactory(), virtualThreads);
  }

  @Provides
  @Singleton
  static TimerThread timer(Log log) {
    LongSupplier clock =
        new LongSupplier() {
          @Override
          public long getAsLong() {
            return System.nanoTime();
          }
        };
    return new TimerThread(clock, log);
  }

  @Provides
  @Singleton
  static Failures failures(OpenOptions options, Log log) {
    return new Failures(options.failureHandler(), log);
  }
}

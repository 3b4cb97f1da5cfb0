// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import dagger.BindsInstance;
import dagger.Component;
import dev.quern.OpenOptions;
import jakarta.inject.Singleton;

/** One runtime: settings, host, provider's factory, door. */
@Singleton
@Component(modules = RuntimeModule.class)
interface RuntimeComponent {
  QuernRuntime runtime();

  /** Takes what was settled before anything is made. */
  @Component.Factory
  interface Factory {
    RuntimeComponent create(
        @BindsInstance Layers layers,
        @BindsInstance Providers providers,
        @BindsInstance ProviderSource source,
        @BindsInstance OpenOptions options,
        @BindsInstance Log log);
  }
}

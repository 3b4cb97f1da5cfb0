// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples;

import dev.quern.Failure;
import dev.quern.OpenOptions;
import dev.quern.Quern;
import dev.quern.spi.Provider;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A test that takes a {@link World} and runs once for each provider found. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@ParameterizedTest(name = "[{0}]")
@MethodSource("dev.quern.examples.OnEachProvider$World#all")
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public @interface OnEachProvider {
  /**
   * A runtime on one provider. Its end fails if something was left, or reported and not asked for.
   */
  final class World {
    private final String provider;
    private final List<Failure> failures = new CopyOnWriteArrayList<>();
    private final Quern quern;
    private boolean failuresExpected;

    private World(String provider) {
      this.provider = provider;
      quern =
          Quern.open(
              OpenOptions.NONE
                  .set("quern.provider", provider)
                  .set("quern.checks", "true")
                  .onFailure(failures::add));
    }

    static List<World> all() {
      return names().stream().map(World::new).toList();
    }

    /** The providers found. */
    public static List<String> names() {
      return ServiceLoader.load(Provider.class).stream().map(found -> found.get().name()).toList();
    }

    public Quern quern() {
      return quern;
    }

    /** What was reported so far; asking for it means that failures are expected. */
    public List<Failure> failures() {
      failuresExpected = true;
      return failures;
    }

    public void end() throws Exception {
      List<String> left = quern.close(Duration.ofSeconds(10));
      if (!left.isEmpty() || !(failuresExpected || failures.isEmpty())) {
        throw new AssertionError(provider + " left " + left + ", reported " + failures);
      }
    }

    @Override
    public String toString() {
      return provider;
    }
  }
}

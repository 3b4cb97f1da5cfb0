// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import dev.quern.spi.Provider;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/**
 * One invocation for each provider and each state of the checks. The providers are those that
 * ServiceLoader finds, or the class that the configuration parameter {@value #PROVIDER} names.
 */
public final class ProvidersExtension implements TestTemplateInvocationContextProvider {
  /**
   * Names one class that implements {@link Provider} and has a public constructor without
   * parameters.
   */
  public static final String PROVIDER = "conformance.provider";

  /** After how many milliseconds a test counts as hanging; 30,000 unless given. */
  public static final String LIMIT = "conformance.limit";

  private static final Duration DEFAULT_LIMIT = Duration.ofSeconds(30);

  /** For JUnit. */
  public ProvidersExtension() {}

  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return true;
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
      ExtensionContext context) {
    Duration limit =
        context
            .getConfigurationParameter(LIMIT, text -> Duration.ofMillis(Long.parseLong(text)))
            .orElse(DEFAULT_LIMIT);
    List<TestTemplateInvocationContext> invocations = new ArrayList<>();
    for (Provider provider : providers(context)) {
      for (boolean checks : new boolean[] {false, true}) {
        invocations.add(new Invocation(provider, checks, limit));
      }
    }
    return invocations.stream();
  }

  private static List<Provider> providers(ExtensionContext context) {
    return context
        .getConfigurationParameter(PROVIDER, ProvidersExtension::instantiate)
        .map(List::of)
        .orElseGet(
            () ->
                ServiceLoader.load(Provider.class).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList());
  }

  private static Provider instantiate(String className) {
    try {
      return (Provider) Class.forName(className).getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(PROVIDER + " = " + className, e);
    }
  }

  private record Invocation(Provider provider, boolean checks, Duration limit)
      implements TestTemplateInvocationContext {
    @Override
    public String getDisplayName(int index) {
      return "[" + provider.name() + (checks ? ", checks]" : "]");
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
      return List.of(new SceneExtension(new Scene(provider, checks), limit));
    }
  }

  private record SceneExtension(Scene scene, Duration limit)
      implements ParameterResolver, BeforeEachCallback, InvocationInterceptor, AfterEachCallback {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Scene.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return scene;
    }

    @Override
    public void beforeEach(ExtensionContext context) {
      scene.begin();
    }

    @Override
    public void interceptTestTemplateMethod(
        Invocation<Void> invocation,
        ReflectiveInvocationContext<Method> method,
        ExtensionContext context)
        throws Throwable {
      scene.play(invocation::proceed, limit);
    }

    @Override
    public void afterEach(ExtensionContext context) {
      scene.end(context.getExecutionException().orElse(null));
    }
  }
}

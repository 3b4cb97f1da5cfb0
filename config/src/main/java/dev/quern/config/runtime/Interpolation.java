// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.commons.configuration2.AbstractConfiguration;
import org.apache.commons.configuration2.CompositeConfiguration;
import org.apache.commons.configuration2.interpol.Lookup;
import org.jspecify.annotations.Nullable;

/**
 * Replaces {@code ${...}}: {@code ${key}} by the value of that key, from whichever source; {@code
 * ${sys:name}} and {@code ${env:NAME}} reach what is no key. Made for the first value that has one:
 * the library takes longer to load than all the rest of the settings.
 */
final class Interpolation {
  private final CompositeConfiguration combined = new CompositeConfiguration();

  Interpolation(Sources sources) {
    Map<String, Lookup> lookups =
        Map.of("sys", sources.system()::getProperty, "env", sources.environment()::get);
    combined.installInterpolator(lookups, List.of()); // those of the library reach the network
  }

  /** As the weakest so far. */
  void add(Layer layer) {
    combined.addConfiguration(new LayerConfiguration(layer));
  }

  /** One that leads nowhere, or round in a circle, is left as it is. */
  String replace(String text) {
    try {
      return String.valueOf(combined.getInterpolator().interpolate(text));
    } catch (IllegalStateException circle) {
      return text;
    }
  }

  /** A layer, as the library asks for it. */
  private static final class LayerConfiguration extends AbstractConfiguration {
    private final Layer layer;

    LayerConfiguration(Layer layer) {
      this.layer = layer;
    }

    @Override
    protected @Nullable Object getPropertyInternal(String key) {
      return layer.value(key);
    }

    @Override
    protected boolean containsKeyInternal(String key) {
      return layer.value(key) != null;
    }

    @Override
    protected boolean containsValueInternal(Object value) {
      return layer.values().containsValue(value);
    }

    @Override
    protected Iterator<String> getKeysInternal() {
      return layer.keys().iterator();
    }

    @Override
    protected boolean isEmptyInternal() {
      return layer.keys().isEmpty();
    }

    @Override
    protected void addPropertyDirect(String key, Object value) {
      throw new UnsupportedOperationException("a layer is read only");
    }

    @Override
    protected void clearPropertyDirect(String key) {
      throw new UnsupportedOperationException("a layer is read only");
    }
  }
}

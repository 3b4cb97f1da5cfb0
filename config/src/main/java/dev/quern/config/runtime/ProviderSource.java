// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

/** Who chose the provider, for {@code inspect()}. */
record ProviderSource(String text) {}

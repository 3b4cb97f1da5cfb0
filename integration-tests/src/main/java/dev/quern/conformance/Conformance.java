// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that runs once for each provider found and each state of the checks. It may take a {@link
 * Scene}. A test that hangs fails after {@link ProvidersExtension#LIMIT}; no property may depend on
 * how long that is.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@TestTemplate
@ExtendWith(ProvidersExtension.class)
public @interface Conformance {}

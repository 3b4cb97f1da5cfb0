// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

/**
 * One number that no benchmark of JMH's gives: heap, start-up, sizes.
 *
 * @param topic {@code heap}, {@code start-up} or {@code size}
 * @param jdk as in {@code JDK 25}; empty where it makes no difference
 * @param subject the provider, or the module
 * @param name what was measured
 */
record Figure(String topic, String jdk, String subject, String name, double value, String unit) {}

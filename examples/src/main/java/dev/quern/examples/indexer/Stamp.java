// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.indexer;

import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;

/** Tells whether a file is still the one that was indexed. */
record Stamp(long size, long modifiedNanos) {
  static Stamp of(BasicFileAttributes attributes) {
    return new Stamp(attributes.size(), attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS));
  }
}

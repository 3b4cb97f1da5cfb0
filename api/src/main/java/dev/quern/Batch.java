// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.Iterator;

public interface Batch<E> extends Iterator<E> {}

// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import java.util.Iterator;

/**
 * What {@link Queue#detach()} took: walked once, by one thread, and what is left of it may be put
 * back by {@link Queue#restore}. Walking it after that is misuse. {@code remove} is not supported.
 * Rule Q8. Implemented by providers only.
 *
 * @param <E> the items
 */
public interface Batch<E> extends Iterator<E> {}

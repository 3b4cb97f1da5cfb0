// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.lockfree.Buffer.Appended;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Whatever producers, one consumer and a closer do to a {@link Buffer} is explained by one order of
 * their calls, on a list with a bound, a flag for closed and one for armed: also who has to signal.
 *
 * <p>The positions begin two in front of where they go round, and where a chunk ends.
 */
public class BufferLincheck {
  private static final long BEGIN = (1L << 40) - 2;

  @Test
  public void aRing() {
    random(Ring.class);
  }

  @Test
  public void chunksWithABound() {
    random(Bounded.class);
  }

  @Test
  public void chunksWithoutABound() {
    random(Unbounded.class);
  }

  private static Class<?> model(Class<?> type) {
    return type == Ring.class || type == Bounded.class
        ? ModelOfThree.class
        : type == TightRing.class ? ModelOfTwo.class : ModelOfAny.class;
  }

  private static void random(Class<?> type) {
    new ModelCheckingOptions()
        .threads(3)
        .actorsPerThread(2)
        .actorsBefore(2)
        .actorsAfter(2)
        .iterations(4)
        .invocationsPerIteration(Interleavings.percentOf(200))
        .minimizeFailedScenario(false)
        .sequentialSpecification(model(type))
        .check(type);
  }

  /** The bound is exact against a restore: nothing decided before it counts after it. */
  @Test
  public void aRestoreAgainstOffers() {
    for (Class<?> type : List.of(Ring.class, Bounded.class)) {
      scenario(
          type,
          List.of("offer 1", "offer 2", "detach", "offer 3"),
          List.of(List.of("restore"), List.of("offer 4", "offer 5"), List.of("size", "offer 6")),
          List.of("poll", "offer 7", "poll", "offer 8", "poll", "poll", "poll", "poll"));
    }
  }

  @Test
  public void aDetachAgainstOffers() {
    scenario(
        Unbounded.class,
        List.of("offer 1"),
        List.of(List.of("detach", "poll"), List.of("offerTwo 2"), List.of("offer 3", "offer 4")),
        List.of("restore", "poll", "poll", "poll", "poll", "poll", "poll"));
  }

  /** The chunk of the next place is still to be made, and the one before it leaves. */
  @Test
  public void aDetachUpToTheEndOfAChunkAgainstOffers() {
    scenario(
        Unbounded.class,
        List.of("offer 1", "offer 2"),
        List.of(List.of("detach"), List.of("offer 3"), List.of("offer 4")),
        List.of("poll", "poll", "poll"));
  }

  /** The room is there when all in front has moved up, and not before. */
  @Test
  public void takingOutOfTheMiddleAgainstOffers() {
    for (Class<?> type : List.of(Ring.class, Bounded.class, Unbounded.class)) {
      scenario(
          type,
          List.of("offer 1", "offer 2", "offer 3"),
          List.of(
              List.of("removeSecond", "poll"),
              List.of("offer 4", "offer 5"),
              List.of("size", "offer 6")),
          List.of("poll", "poll", "poll", "poll", "poll", "poll"));
    }
  }

  /** Each slot that leaves is used again by the next append. */
  @Test
  public void takingOutOfTheMiddleOfATightRingAgainstOffers() {
    scenario(
        TightRing.class,
        List.of("offer 1", "offer 2"),
        List.of(List.of("removeSecond", "poll"), List.of("offer 4", "offer 5"), List.of("size")),
        List.of("poll", "poll", "poll"));
  }

  @Test
  public void armingAgainstOffers() {
    for (Class<?> type : List.of(Ring.class, Unbounded.class)) {
      scenario(
          type,
          List.of("offer 1"),
          List.of(List.of("poll", "poll", "poll"), List.of("offer 2"), List.of("offer 3")),
          List.of("poll", "poll", "poll", "offer 4"));
    }
  }

  @Test
  public void closingAgainstOffers() {
    for (Class<?> type : List.of(Ring.class, Bounded.class, Unbounded.class)) {
      scenario(
          type,
          List.of("poll"),
          List.of(List.of("close"), List.of("offer 1", "offer 2"), List.of("offerTwo 3", "poll")),
          List.of("poll", "poll", "poll", "poll"));
    }
  }

  /** The check itself: a flag beside the word, read after the append, is not always right. */
  @Test
  public void aSignalDecidedLateIsFound() {
    assertThrows(
        LincheckAssertionError.class,
        () ->
            scenario(
                SignalsLate.class,
                List.of("offer 1"),
                List.of(List.of("poll", "poll"), List.of("offer 2"), List.of("offer 3")),
                List.of()));
  }

  private static void scenario(
      Class<?> type, List<String> before, List<List<String>> threads, List<String> after) {
    new ModelCheckingOptions()
        .iterations(0)
        .addCustomScenario(
            new ExecutionScenario(
                actors(type, before),
                threads.stream().map(each -> actors(type, each)).toList(),
                actors(type, after),
                null))
        .invocationsPerIteration(Interleavings.percentOf(800))
        .minimizeFailedScenario(false)
        .sequentialSpecification(model(type))
        .check(type);
  }

  /** Steps as {@code name} or {@code name number}. */
  private static List<Actor> actors(Class<?> type, List<String> steps) {
    List<Actor> actors = new ArrayList<>();
    for (String step : steps) {
      String[] words = step.split(" ");
      Method method =
          Stream.of(type.getMethods())
              .filter(each -> each.getName().equals(words[0]))
              .findFirst()
              .orElseThrow();
      actors.add(
          new Actor(method, words.length == 1 ? List.of() : List.of(Integer.valueOf(words[1]))));
    }
    return actors;
  }

  /** The operations; the consumer's are of one group, so never two at once. */
  public abstract static class Steps {
    private final Buffer<Integer> buffer;
    private @Nullable Run<Integer> batch;

    /** With a bound, or zero. */
    Steps(int capacity, ChunkList slots) {
      this.buffer = new Buffer<>(capacity, true, new YieldingParker(), BEGIN, slots);
    }

    @Operation
    public String offer(int item) {
      return buffer.append(item).name();
    }

    @Operation
    public String offerTwo(int item) {
      return buffer.appendAll(new Integer[] {item, -item}).name();
    }

    @Operation
    public int size() {
      return buffer.size();
    }

    @Operation
    public void close() {
      buffer.close();
    }

    @Operation(nonParallelGroup = "consumer")
    public @Nullable Integer poll() {
      return buffer.poll();
    }

    @Operation(nonParallelGroup = "consumer")
    public @Nullable Integer peek() {
      return buffer.peek();
    }

    /** Not among the random ones: on a bounded buffer it is as many steps as items (rule Q8). */
    public int detach() {
      batch = Run.join(buffer.detach(), batch);
      return (int) Run.count(batch);
    }

    public void restore() {
      buffer.restore(batch);
      batch = null;
    }

    /** Not among the random ones: it is two steps, a look and the removal. */
    public @Nullable Integer removeSecond() {
      List<Integer> all = buffer.copy();
      if (all.size() < 2) {
        return null;
      }
      BitSet second = new BitSet();
      second.set(1);
      buffer.remove(second);
      return all.get(1);
    }
  }

  /** A ring. */
  public static class Ring extends Steps {
    public Ring() {
      super(3, ChunkList.ring(3));
    }
  }

  /** A ring with no slot to spare. */
  public static class TightRing extends Steps {
    public TightRing() {
      super(2, ChunkList.ring(2));
    }
  }

  /** A bound, and a list of chunks. */
  public static class Bounded extends Steps {
    public Bounded() {
      super(3, ChunkList.growing(BEGIN));
    }
  }

  /** No bound. */
  public static class Unbounded extends Steps {
    public Unbounded() {
      super(0, ChunkList.growing(BEGIN));
    }
  }

  /** An unbounded one that looks for the signal in a second step, as if it were a flag apart. */
  public static class SignalsLate {
    private final Buffer<Integer> buffer =
        new Buffer<>(0, true, new YieldingParker(), BEGIN, ChunkList.growing(BEGIN));
    private volatile boolean armed = true;

    public String offer(int item) {
      buffer.append(item);
      boolean signal = armed;
      armed = false;
      return (signal ? Appended.SIGNAL : Appended.QUIET).name();
    }

    public @Nullable Integer poll() {
      Integer item = buffer.poll();
      armed |= item == null;
      return item;
    }
  }

  /** What has to come out, one call after the other. */
  public abstract static class Model {
    private final int capacity;
    private final ArrayDeque<Integer> items = new ArrayDeque<>();
    private final ArrayDeque<Integer> batch = new ArrayDeque<>();
    private boolean armed = true;
    private boolean closed;

    Model(int capacity) {
      this.capacity = capacity;
    }

    public String offer(int item) {
      return append(List.of(item));
    }

    public String offerTwo(int item) {
      return append(List.of(item, -item));
    }

    private String append(List<Integer> added) {
      if (closed || items.size() + added.size() > capacity) {
        return (closed ? Appended.CLOSED : Appended.FULL).name();
      }
      items.addAll(added);
      boolean signal = armed;
      armed = false;
      return (signal ? Appended.SIGNAL : Appended.QUIET).name();
    }

    public int size() {
      return items.size();
    }

    public void close() {
      closed = true;
    }

    public @Nullable Integer poll() {
      armed |= items.isEmpty();
      return items.poll();
    }

    public @Nullable Integer peek() {
      return items.peek();
    }

    public int detach() {
      List<Integer> older = List.copyOf(batch);
      batch.clear();
      batch.addAll(items);
      batch.addAll(older);
      items.clear();
      armed = true;
      return batch.size();
    }

    public @Nullable Integer removeSecond() {
      if (items.size() < 2) {
        return null;
      }
      Integer first = items.remove();
      Integer second = items.remove();
      items.addFirst(first);
      return second;
    }

    public void restore() {
      while (!batch.isEmpty()) {
        items.addFirst(batch.pollLast());
      }
    }
  }

  /** Of two. */
  public static class ModelOfTwo extends Model {
    public ModelOfTwo() {
      super(2);
    }
  }

  /** Of three. */
  public static class ModelOfThree extends Model {
    public ModelOfThree() {
      super(3);
    }
  }

  /** Of any number. */
  public static class ModelOfAny extends Model {
    public ModelOfAny() {
      super(Integer.MAX_VALUE);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.config.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.spi.CpuBinder;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule P12 with binders that work, refuse, fail, or are not there. */
class CpuBindingTest {
  /** What binders were asked, with the thread's name where that counts. */
  private static final List<String> ASKED = new ArrayList<>();

  private final Worlds world = new Worlds();
  private final ClassLoader before = Thread.currentThread().getContextClassLoader();
  @TempDir Path directory;

  @BeforeEach
  void forget() {
    ASKED.clear();
  }

  @AfterEach
  void restoreLoader() {
    Thread.currentThread().setContextClassLoader(before);
  }

  private CpuBinding binding(Class<?>... binders) throws IOException {
    Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    Files.write(
        services.resolve(CpuBinder.class.getName()),
        Stream.of(binders).map(Class::getName).toList());
    Thread.currentThread()
        .setContextClassLoader(
            new URLClassLoader(new URL[] {directory.toUri().toURL()}, getClass().getClassLoader()));
    return new CpuBinding(world.log());
  }

  private static void assertRuns(CpuBinding binding) {
    List<String> ran = new ArrayList<>();
    binding.workers(0).apply(() -> ran.add("worker")).run();
    assertEquals(List.of("worker"), ran, "nothing fails");
  }

  @Test
  void aWorkerIsBoundBeforeItRuns() throws IOException {
    CpuBinding binding = binding(Working.class);
    assertTrue(binding.isBound());
    int last = binding.count() - 1;
    binding.workers(last).apply(() -> ASKED.add("worker")).run();
    assertEquals(List.of("bind " + last % 3, "worker"), ASKED);
    assertEquals(2 % binding.count(), binding.current());
    assertEquals(List.of(), world.logged);
  }

  @Test
  void whatABoundWorkerStartsIsReleasedFirst() throws IOException {
    CpuBinding binding = binding(Working.class);
    Runnable body = () -> ASKED.add("body");
    binding.workers(0).apply(() -> binding.released(body).run()).run();
    assertEquals(List.of("bind 0", "release", "body"), ASKED);
    assertSame(body, binding.released(body), "the worker has ended");
  }

  @Test
  void withoutABinderNothingIsBoundAndNothingLogged() throws IOException {
    CpuBinding binding = binding();
    assertFalse(binding.isBound());
    assertEquals(-1, binding.current());
    assertRuns(binding);
    assertEquals(List.of(), world.logged);
  }

  @Test
  void oneThatCannotBindHereIsLoggedOnce() throws IOException {
    CpuBinding binding = binding(Unfit.class);
    assertFalse(binding.isBound());
    assertFalse(binding.isBound());
    assertRuns(binding);
    assertEquals(1, world.logged.size(), world.logged::toString);
    assertTrue(world.logged.get(0).contains(Unfit.class.getName()), world.logged::toString);
  }

  @Test
  void oneThatCannotBeMadeOrAskedHidesNoOther() throws IOException {
    CpuBinding binding = binding(Unmakable.class, Unaskable.class, Unfit.class, Working.class);
    assertTrue(binding.isBound());
    assertEquals(2, world.logged.size(), world.logged::toString);
  }

  @Test
  void theFirstRefusalEndsTheBindingAndIsLoggedOnce() throws IOException {
    CpuBinding binding = binding(Refusing.class);
    assertTrue(binding.isBound());
    assertRuns(binding);
    assertFalse(binding.isBound());
    assertEquals(-1, binding.current());
    assertRuns(binding);
    assertEquals(1, world.logged.size(), world.logged::toString);
  }

  @Test
  void anErrorInTheBinderEndsTheBinding() throws IOException {
    CpuBinding bind = binding(Failing.class);
    assertRuns(bind);
    assertFalse(bind.isBound());
    CpuBinding current = binding(Failing.class);
    assertEquals(-1, current.current());
    assertFalse(current.isBound());
    assertEquals(2, world.logged.size(), world.logged::toString);
  }

  /** Three CPUs; the caller is on the last. */
  public static class Working implements CpuBinder {
    @Override
    public int cpus() {
      return 3;
    }

    @Override
    public int current() {
      return 2;
    }

    @Override
    public boolean bind(int cpu) {
      ASKED.add("bind " + cpu);
      return true;
    }

    @Override
    public void release() {
      ASKED.add("release");
    }
  }

  /** Not for this system. */
  public static final class Unfit extends Working {
    @Override
    public int cpus() {
      return 0;
    }
  }

  /** Forbidden by now. */
  public static final class Refusing extends Working {
    @Override
    public boolean bind(int cpu) {
      return false;
    }
  }

  /** Lacks its native library. */
  public static final class Failing extends Working {
    @Override
    public int current() {
      throw new UnsatisfiedLinkError("on purpose");
    }

    @Override
    public boolean bind(int cpu) {
      throw new UnsatisfiedLinkError("on purpose");
    }
  }

  /** Cannot be made. */
  public static final class Unmakable extends Working {
    public Unmakable() {
      throw new IllegalStateException("on purpose");
    }
  }

  /** Cannot be asked. */
  public static final class Unaskable extends Working {
    @Override
    public int cpus() {
      throw new NoClassDefFoundError("on purpose");
    }
  }
}

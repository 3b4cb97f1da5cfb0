// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.programs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.SystemQueue;
import dev.quern.WorkQueue;
import dev.quern.examples.OnEachProvider;
import dev.quern.examples.OnEachProvider.World;
import dev.quern.examples.programs.DatabaseWriter.Note;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;

/** Each small program does what it says, for real, on every provider. */
class ProgramsTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir Path directory;

  @OnEachProvider
  void theLoggerDropsDebugLinesWhenFullAndNeverAnError(World world) throws Exception {
    CountDownLatch disk = new CountDownLatch(1);
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    OutputStream slow =
        new OutputStream() {
          @Override
          public void write(int b) {
            written.write(b);
          }

          @Override
          public void flush() throws IOException {
            try {
              disk.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          }
        };
    List<String> errors = new ArrayList<>();
    AsyncLogger logger = new AsyncLogger(world.quern(), slow, 4);
    for (int i = 0; i < 1000; i++) {
      logger.debug("debug " + i); // the disk hangs: no more than a batch and the queue get through
    }
    assertTrue(logger.dropped() > 0);
    disk.countDown();
    for (int i = 0; i < 100; i++) {
      errors.add("error " + i);
      logger.error("error " + i);
    }
    logger.fatal("fatal");
    assertTrue(written.toString(StandardCharsets.UTF_8).endsWith("error 99\nfatal\n"));
    logger.close();
    List<String> lines = written.toString(StandardCharsets.UTF_8).lines().toList();
    assertEquals(1000 - logger.dropped() + 101, lines.size());
    assertTrue(lines.containsAll(errors));
    world.end();
  }

  @OnEachProvider
  void theDatabaseWriterCommitsInBatchesAndSetsFailedOnesAside(World world) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:")) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("create table note(id integer primary key, text text)");
      }
      DatabaseWriter writer = new DatabaseWriter(world.quern(), connection);
      for (int i = 0; i < 2000; i++) {
        writer.write(new Note(i, "note " + i));
      }
      writer.flush();
      writer.write(new Note(1, "twice"));
      writer.flush();
      Note twice = writer.failed().poll();
      assertNotNull(twice);
      assertEquals("twice", twice.text());
      assertEquals(1, world.failures().size());
      assertEquals("note-writer", world.failures().get(0).primitive());
      writer.close();
      assertEquals(2000, count(connection));
    }
    world.end();
  }

  private static int count(Connection connection) throws Exception {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from note")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  @OnEachProvider
  void theSaveIsPutOffUntilTheTypingPausesAndIsDoneAtClose(World world) throws Exception {
    Path file = directory.resolve("document");
    WorkQueue queue = world.quern().systemQueue(SystemQueue.LONG_RUNNING);
    DebouncedSave save = new DebouncedSave(queue, file, Duration.ofHours(1));
    save.typed("a");
    save.typed("ab");
    assertTrue(save.isModified());
    assertFalse(Files.exists(file));
    save.saveNow();
    assertEquals("ab", Files.readString(file));
    assertFalse(save.isModified());
    save.typed("abc");
    save.close();
    assertEquals("abc", Files.readString(file));
    world.end();
  }

  @OnEachProvider
  void theHeartbeatsGoOnUntilAPeerLeavesOrFailsAndThatIsReported(World world) throws Exception {
    CountDownLatch beats = new CountDownLatch(5);
    RuntimeException unreachable = new IllegalStateException("unreachable");
    Heartbeats heartbeats =
        new Heartbeats(
            world.quern(),
            peer -> {
              if (peer.equals("far")) {
                throw unreachable;
              }
              beats.countDown();
            },
            Duration.ofMillis(1));
    heartbeats.join("near");
    heartbeats.join("far");
    beats.await();
    while (heartbeats.isBeating("far") || world.failures().isEmpty()) {
      Thread.onSpinWait();
    }
    assertTrue(heartbeats.isBeating("near"));
    assertEquals(unreachable, world.failures().get(0).cause());
    assertEquals("heartbeats", world.failures().get(0).primitive());
    heartbeats.leave("near");
    assertFalse(heartbeats.isBeating("near"));
    heartbeats.join("last");
    assertTrue(heartbeats.stop(LONG));
    assertFalse(heartbeats.isBeating("last"));
    heartbeats.close();
    world.end();
  }

  @OnEachProvider
  void theRefreshOutlivesFailuresAndIsAtRestAfterStop(World world) throws Exception {
    AtomicInteger reads = new AtomicInteger();
    CountDownLatch five = new CountDownLatch(5);
    WorkQueue queue = world.quern().newWorkQueue("refresh");
    PeriodicRefresh<Integer> refresh =
        new PeriodicRefresh<>(
            queue,
            () -> {
              five.countDown();
              if (reads.incrementAndGet() == 2) {
                throw new IOException("source is away");
              }
              return reads.get();
            },
            Duration.ofMillis(2));
    five.await();
    assertTrue(refresh.stop(LONG));
    int atStop = reads.get();
    assertNotNull(refresh.value());
    assertEquals(1, world.failures().size());
    queue.flush();
    assertEquals(atStop, reads.get());
    world.end();
    assertEquals(atStop, reads.get());
  }

  @OnEachProvider
  void theDriverSendsEveryPacketOnceWithItsInterruptsOnOtherThreads(World world) throws Exception {
    Set<Integer> sent = new ConcurrentSkipListSet<>();
    AtomicInteger count = new AtomicInteger();
    NicDriver driver =
        new NicDriver(
            world.quern(),
            8,
            packet -> {
              sent.add(ByteBuffer.wrap(packet).getInt());
              count.incrementAndGet();
            });
    int packets = 5000;
    Thread[] senders = new Thread[2];
    for (int s = 0; s < senders.length; s++) {
      int first = s;
      senders[s] =
          new Thread(
              () ->
                  IntStream.range(0, packets)
                      .filter(i -> i % senders.length == first)
                      .forEach(i -> transmit(driver, i)));
      senders[s].start();
    }
    while (count.get() < packets) { // the card: an interrupt when there is something to send
      if (driver.free() < 8) {
        driver.transmitDone(3);
      } else {
        Thread.yield();
      }
    }
    for (Thread sender : senders) {
      sender.join();
    }
    assertEquals(packets, count.get());
    assertEquals(packets, sent.size());
    assertEquals(8, driver.free());
    driver.close();
    world.end();
  }

  private static void transmit(NicDriver driver, int number) {
    byte[] packet = ByteBuffer.allocate(4).putInt(number).array();
    while (!driver.transmit(packet)) {
      Thread.yield();
    }
  }

  @OnEachProvider
  void theScannerFindsEveryFileAndReportsWhatItCannotRead(World world) throws Exception {
    Set<Path> made = new TreeSet<>();
    for (int d = 0; d < 20; d++) {
      Path sub = Files.createDirectories(directory.resolve("d" + d % 5).resolve("e" + d));
      for (int f = 0; f < 10; f++) {
        made.add(Files.writeString(sub.resolve("f" + f), "x"));
      }
    }
    Set<Path> found = new ConcurrentSkipListSet<>();
    FileScanner scanner = new FileScanner(world.quern(), 3, found::add);
    scanner.add(directory);
    scanner.add(directory.resolve("missing"));
    scanner.await();
    scanner.close();
    assertEquals(made, found);
    assertEquals(1, world.failures().size());
    assertTrue(world.failures().get(0).cause().getMessage().contains("missing"));
    world.end();
  }

  @OnEachProvider
  void theCacheFreesEachBufferOnceAndNoneInUse(World world) throws Exception {
    AtomicInteger freed = new AtomicInteger();
    OffHeapCache<Integer> cache = new OffHeapCache<>(world.quern(), "buffers");
    for (int i = 0; i < 1000; i++) {
      cache.put(i % 100, new CountedBuffer(freed));
    }
    OffHeapCache.Buffer used = cache.get(7);
    assertNotNull(used);
    cache.evict(7);
    assertNull(cache.get(7));
    cache.release(used);
    cache.close();
    assertEquals(1000, freed.get());
    world.end();
  }

  private static final class CountedBuffer extends OffHeapCache.Buffer {
    private final AtomicInteger freed;
    private boolean free;

    CountedBuffer(AtomicInteger freed) {
      this.freed = freed;
    }

    @Override
    protected void free() {
      if (free) {
        throw new AssertionError("freed twice");
      }
      free = true;
      freed.incrementAndGet();
    }
  }

  @OnEachProvider
  void theLoopSendsAllInOrderWithoutPolling(World world) throws Exception {
    Pipe pipe = Pipe.open();
    int sends = 5000;
    try (Selector selector = Selector.open()) {
      SelectorLoop loop = new SelectorLoop(world.quern(), selector, key -> {});
      Thread thread = new Thread(loop, "loop");
      thread.start();
      Thread sender =
          new Thread(
              () -> {
                for (int i = 0; i < sends; i++) {
                  ByteBuffer bytes = ByteBuffer.allocate(4).putInt(i).flip();
                  while (!loop.send(pipe.sink(), bytes)) {
                    Thread.yield();
                  }
                }
              });
      sender.start();
      byte[] received = Channels.newInputStream(pipe.source()).readNBytes(4 * sends);
      ByteBuffer expected = ByteBuffer.allocate(4 * sends);
      IntStream.range(0, sends).forEach(expected::putInt);
      assertArrayEquals(expected.array(), received);
      sender.join();
      loop.stop();
      thread.join();
    }
    pipe.sink().close();
    pipe.source().close();
    world.end();
  }

  @OnEachProvider
  void aGreedyTenantDoesNotHoldUpTheOthers(World world) throws Exception {
    List<String> order = new CopyOnWriteArrayList<>();
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch modest = new CountDownLatch(1);
    Tenants tenants = new Tenants(world.quern(), List.of("greedy", "modest", "asleep"), 1000);
    tenants.maintenance(() -> await(gate));
    tenants.suspend("asleep");
    tenants.accept("asleep", () -> order.add("asleep"));
    for (int i = 0; i < 500; i++) {
      tenants.accept("greedy", () -> order.add("greedy"));
    }
    tenants.accept(
        "modest",
        () -> {
          order.add("modest");
          modest.countDown();
        });
    gate.countDown();
    modest.await();
    assertTrue(order.indexOf("modest") <= 16, "after a batch of 16: " + order.indexOf("modest"));
    tenants.resume("asleep");
    tenants.close();
    assertEquals(502, order.size());
    world.end();
  }

  @OnEachProvider
  void aSlowHostHoldsUpItsOwnCallersOnly(World world) throws Exception {
    AtomicInteger active = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger fetched = new AtomicInteger();
    CountDownLatch slow = new CountDownLatch(1);
    try (PoliteFetcher fetcher = new PoliteFetcher(world.quern().threadPool("net"))) {
      for (int i = 0; i < 10; i++) {
        assertTrue(
            fetcher.fetch(
                "slow",
                () -> {
                  most.accumulateAndGet(active.incrementAndGet(), Math::max);
                  slow.await();
                  active.decrementAndGet();
                },
                LONG));
        assertTrue(fetcher.fetch("fast", fetched::incrementAndGet, LONG));
      }
      fetcher.leaveAlone("fast");
      int before = fetched.get();
      assertTrue(fetcher.fetch("fast", fetched::incrementAndGet, LONG));
      assertEquals(before, fetched.get());
      fetcher.goOn("fast");
      slow.countDown();
      fetcher.finish();
      assertEquals(11, fetched.get());
    }
    assertTrue(most.get() <= 2, most + " at once");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

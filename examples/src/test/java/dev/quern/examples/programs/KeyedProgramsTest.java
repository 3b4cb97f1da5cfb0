// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Failure;
import dev.quern.GivenUpException;
import dev.quern.examples.OnEachProvider;
import dev.quern.examples.OnEachProvider.World;
import dev.quern.examples.programs.MailSender.Mail;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/** The programs on keyed work queues do what they say, on every provider. */
class KeyedProgramsTest {
  private static final Duration HOUR = Duration.ofHours(1);

  /** Each third call for a service fails; nobody may be inside twice for one service. */
  private static final class FlakyCluster implements ServiceController.Cluster {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, Integer> instances = new HashMap<>();
    private final Map<String, Integer> calls = new HashMap<>();
    private final Set<String> inside = new HashSet<>();
    private boolean overlapped;
    private volatile boolean down;

    @Override
    public int running(String service) throws IOException {
      enter(service);
      try {
        return of(service);
      } finally {
        leave(service, 0);
      }
    }

    @Override
    public void start(String service) throws IOException {
      enter(service);
      leave(service, 1);
    }

    @Override
    public void stop(String service) throws IOException {
      enter(service);
      leave(service, -1);
    }

    private void enter(String service) throws IOException {
      lock.lock();
      try {
        overlapped |= !inside.add(service);
        if (down || calls.merge(service, 1, Integer::sum) % 3 == 0) {
          inside.remove(service);
          throw new IOException("no answer about " + service);
        }
      } finally {
        lock.unlock();
      }
    }

    private int of(String service) {
      lock.lock();
      try {
        return instances.getOrDefault(service, 0);
      } finally {
        lock.unlock();
      }
    }

    private void leave(String service, int change) {
      lock.lock();
      try {
        instances.merge(service, change, Integer::sum);
        inside.remove(service);
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    void awaitRunning(String service, int expected) throws InterruptedException {
      lock.lock();
      try {
        while (instances.getOrDefault(service, 0) != expected) {
          changed.await();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  @OnEachProvider
  void theControllerBringsEachServiceToWhatIsWantedThroughFailures(World world) throws Exception {
    FlakyCluster cluster = new FlakyCluster();
    ServiceController controller = new ServiceController(world.quern(), cluster, HOUR);
    for (int i = 0; i < 20; i++) {
      controller.want("service-" + i, 1 + i % 4);
    }
    for (int i = 0; i < 20; i++) {
      cluster.awaitRunning("service-" + i, 1 + i % 4);
    }
    controller.want("service-3", 0);
    cluster.awaitRunning("service-3", 0);
    controller.release("service-4");
    controller.close();
    assertEquals(1, cluster.of("service-4"));
    assertFalse(cluster.overlapped);
    world.end(); // nothing was reported: retries are silent
  }

  @OnEachProvider
  void theControllerReportsWhatFailsForLong(World world) throws Exception {
    FlakyCluster cluster = new FlakyCluster();
    cluster.down = true;
    ServiceController controller = new ServiceController(world.quern(), cluster, HOUR);
    controller.want("web", 2);
    while (world.failures().isEmpty()) {
      Thread.yield();
    }
    cluster.down = false;
    cluster.awaitRunning("web", 2);
    controller.close();
    Failure failure = world.failures().get(0);
    assertEquals("web", failure.item().orElseThrow());
    world.end();
  }

  @OnEachProvider
  void mailsLeaveNoFasterThanAllowedAndNoneIsLost(World world) throws Exception {
    List<Mail> sent = new CopyOnWriteArrayList<>();
    Set<Mail> refusedOnce = Collections.synchronizedSet(new HashSet<>());
    MailSender sender =
        new MailSender(
            world.quern(),
            "mails",
            mail -> {
              if (mail.to().endsWith("7") && refusedOnce.add(mail)) {
                throw new IOException("try again");
              }
              sent.add(mail);
            },
            40);
    long begin = System.nanoTime();
    List<Mail> mails = IntStream.range(0, 58).mapToObj(i -> new Mail("user" + i, "news")).toList();
    List<Mail> expected = new ArrayList<>(mails);
    mails.forEach(sender::send);
    while (sent.size() < expected.size()) {
      Thread.yield();
    }
    // 58 mails and 6 retries, of which 40 may go at once: 24 follow, 25 ms apart
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    assertTrue(took.toMillis() >= 595, took::toString);
    assertEquals(new HashSet<>(expected), new HashSet<>(sent));
    assertEquals(expected.size(), sent.size());
    assertEquals(6, world.failures().size());
    assertEquals(List.of(), sender.close(Duration.ofSeconds(10)));
    world.end();
  }

  @OnEachProvider
  void aMailThatWaitsIsSentOnceOrWithdrawn(World world) throws Exception {
    CountDownLatch one = new CountDownLatch(1);
    AtomicInteger sent = new AtomicInteger();
    MailSender sender =
        new MailSender(
            world.quern(),
            "slow",
            mail -> {
              sent.incrementAndGet();
              one.countDown();
            },
            0.001);
    assertTrue(sender.send(new Mail("ann", "welcome")));
    one.await();
    Mail reminder = new Mail("ann", "your password");
    assertTrue(sender.send(reminder)); // its token comes in a quarter of an hour
    assertFalse(sender.send(new Mail("ann", "your password")));
    assertTrue(sender.withdraw(reminder));
    assertFalse(sender.withdraw(reminder));
    assertTrue(sender.sendLater(new Mail("bob", "how was it?"), HOUR));
    assertEquals(List.of("how was it? to bob"), sender.close(Duration.ofSeconds(10)));
    assertEquals(1, sent.get());
    world.end();
  }

  @OnEachProvider
  void aMailThatCannotBeSentIsGivenUp(World world) throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    MailSender sender =
        new MailSender(
            world.quern(),
            "dead",
            mail -> {
              attempts.incrementAndGet();
              throw new IOException("no such address");
            },
            1000);
    sender.send(new Mail("nobody", "hello"));
    while (world.failures().size() < 7) {
      Thread.yield();
    }
    Failure last = world.failures().get(6);
    assertInstanceOf(GivenUpException.class, last.cause());
    assertEquals("hello to nobody", last.item().orElseThrow());
    sender.close();
    assertEquals(6, attempts.get());
    world.end();
  }
}

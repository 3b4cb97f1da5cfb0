// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.programs;

import dev.quern.Cancellation;
import dev.quern.KeyedWorkQueue;
import dev.quern.KeyedWorkQueueSpec;
import dev.quern.Next;
import dev.quern.Quern;
import dev.quern.Submission;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Sends mails no faster than the provider allows, tries again what fails, and sends a mail that is
 * asked for twice while it waits once.
 */
public final class MailSender implements AutoCloseable {
  private final KeyedWorkQueue<Mail> mails;

  /** A key: equal mails are the same mail. */
  public record Mail(String to, String subject) {
    /** By which failures and a close name it. */
    @Override
    public String toString() {
      return subject + " to " + to;
    }
  }

  /** Hands a mail over to the world. */
  public interface Transport {
    void send(Mail mail) throws IOException;
  }

  public MailSender(Quern quern, String name, Transport transport, double mailsPerSecond) {
    mails =
        quern.newKeyedWorkQueue(
            KeyedWorkQueueSpec.named(name)
                .runsPerSecond(mailsPerSecond)
                .firstRetry(Duration.ofMillis(20))
                .maxRetries(5), // then it is given up, and reported
            run -> {
              transport.send(run.key()); // a throw is reported and tried again
              return Next.DONE;
            });
  }

  /** False if that mail waits already. */
  public boolean send(Mail mail) {
    return mails.submit(mail) == Submission.QUEUED;
  }

  public boolean sendLater(Mail mail, Duration delay) {
    return mails.schedule(mail, delay) == Submission.QUEUED;
  }

  /** True if it will not be sent; false if it is too late. */
  public boolean withdraw(Mail mail) {
    return mails.cancel(mail) == Cancellation.REMOVED;
  }

  /**
   * Sends what waits in line, at its rate. Returns what waits for later, or was not sent in time.
   */
  public List<String> close(Duration limit) throws InterruptedException {
    return mails.close(limit);
  }

  @Override
  public void close() {
    mails.close();
  }
}

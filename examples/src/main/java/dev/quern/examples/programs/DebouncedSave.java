// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.programs;

import dev.quern.Cancellation;
import dev.quern.Work;
import dev.quern.WorkQueue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Saves a document when nobody has typed for a while, and for certain when it is closed. */
public final class DebouncedSave implements AutoCloseable {
  private final Duration pause;
  private final Work save;
  private volatile String text = "";

  public DebouncedSave(WorkQueue queue, Path file, Duration pause) {
    this.pause = pause;
    save = queue.newWork("save " + file.getFileName(), () -> Files.writeString(file, text));
  }

  /** Puts the save off again. The run that comes sees this text, coalesced or not. */
  public void typed(String newText) {
    text = newText;
    save.reschedule(pause);
  }

  public boolean isModified() {
    return save.isPending();
  }

  /**
   * Brings a waiting save forward and returns when it is done; returns at once when there is none.
   */
  public void saveNow() throws InterruptedException {
    save.flush();
  }

  @Override
  public void close() {
    if (save.cancel() == Cancellation.REMOVED) {
      save.submit(); // an edit was waiting for its pause: now
    }
    save.close(); // what is queued runs, then never again
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.locked;

import dev.quern.Action;
import dev.quern.Call;
import org.jspecify.annotations.Nullable;

/** The turn of a call (rule T10): keeps what the code returned or threw for the caller. */
final class CallTurn<T extends @Nullable Object, X extends Exception> extends ContextTurn {
  private final Call<T, X> code;
  private @Nullable T result; // written by the runner, read once done
  private @Nullable Throwable thrown; // as result
  private boolean ran; // of the runner: the code itself
  private boolean reported; // of the runner: what was thrown, by who ran the turn
  private boolean done; // guarded by the context's lock
  private boolean abandoned; // guarded by the context's lock

  CallTurn(Call<T, X> code) {
    this.code = code;
  }

  @Override
  @Nullable String item() {
    return null;
  }

  @Override
  Object code() {
    return code;
  }

  @Override
  public void run() {
    ran = true;
    try {
      result = code.call();
    } catch (Throwable forTheCaller) {
      thrown = forTheCaller;
    }
  }

  /** What the hook's action throws by itself is the run's failure; the caller hears of it, too. */
  @Override
  void body(Action wrapped) throws Exception {
    Throwable ofTheHook = null;
    try {
      wrapped.run();
    } catch (Throwable thrownByIt) {
      ofTheHook = thrownByIt;
      throw thrownByIt;
    } finally {
      if (!ran) {
        reported = ofTheHook != null;
        thrown =
            new IllegalStateException("the context hook's action did not run the call", ofTheHook);
      }
    }
  }

  @Override
  boolean endedWell() {
    return thrown == null;
  }

  @Override
  @Nullable Throwable settle() {
    done = true;
    return abandoned && !reported ? thrown : null;
  }

  /** The caller waits no more, though the code has begun. The context's lock is held. */
  void abandon() {
    abandoned = true;
  }

  /** The context's lock is held. */
  boolean isDone() {
    return done;
  }

  /** What the code returned; or throws what it threw, which can only be an X or unchecked. */
  @SuppressWarnings("NullAway") // the result is null only where T admits it
  T outcome() throws X {
    if (thrown != null) {
      CallTurn.<RuntimeException>rethrow(thrown);
    }
    return result;
  }

  @SuppressWarnings("unchecked") // erased: thrown as it is
  private static <E extends Throwable> void rethrow(Throwable thrown) throws E {
    throw (E) thrown;
  }
}

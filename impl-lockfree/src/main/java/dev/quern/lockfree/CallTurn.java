// SPDX-License-Identifier: Apache-2.0
package dev.quern.lockfree;

import dev.quern.Action;
import dev.quern.Call;
import dev.quern.ContextHook;
import dev.quern.Kind;
import dev.quern.spi.Host;
import org.jspecify.annotations.Nullable;

/** The turn of a call (rule T10): keeps what the code returned or threw for the caller. */
final class CallTurn<T extends @Nullable Object, X extends Exception> extends AwaitedTurn
    implements Turn.Run {
  private final Host host;
  private final String context;
  private volatile @Nullable Call<T, X> code; // null once withdrawn
  private @Nullable Action captured; // caller, before the push; null without a context hook
  private boolean ran; // runner; the code itself
  private boolean reported; // runner; what was thrown, by who runs the turn
  private @Nullable T result; // runner; read once done
  private @Nullable Throwable thrown; // as result

  CallTurn(Host host, String context, Call<T, X> code) {
    super(host.parker());
    this.host = host;
    this.context = context;
    this.code = code;
  }

  @Override
  boolean counts() {
    return true;
  }

  @Override
  @Nullable Run begin() {
    return tryBegin() ? this : null;
  }

  /** Caller, before the push. User code: may throw. */
  void capture(ContextHook hook) {
    captured = UserCode.captured(hook, this::callCode);
  }

  @Override
  public void run() throws Exception {
    Action wrapped = captured;
    if (wrapped == null) {
      callCode();
    } else {
      captured = null;
      runWrapped(wrapped);
    }
  }

  private void callCode() {
    ran = true;
    try {
      result = code().call();
    } catch (Throwable forTheCaller) {
      thrown = forTheCaller;
    }
  }

  /** What the hook's action throws by itself is the run's failure; the caller hears of it, too. */
  private void runWrapped(Action wrapped) throws Exception {
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
            new IllegalStateException(
                "task context \"" + context + "\": the context hook's action did not run the call",
                ofTheHook);
      }
    }
  }

  @Override
  public boolean end(boolean ok) {
    Throwable outcome = thrown; // if the caller sees it, it is the caller's from then on
    if (!tryFinish() && outcome != null && !reported) {
      host.failed(Kind.TASK_CONTEXT, context, null, outcome);
    }
    return ok && outcome == null;
  }

  /** Caller, who gives up. True if the code will not run; lets go of it then. */
  boolean withdraw() {
    if (giveUp()) {
      code = null;
      captured = null;
      return true;
    }
    return false;
  }

  @Override
  @SuppressWarnings("NullAway") // begun, so never withdrawn
  public Call<T, X> code() {
    return code;
  }

  /** What the code returned; or throws what it threw, which can only be an X or unchecked. */
  @SuppressWarnings("NullAway") // the result is null only where T admits it
  T outcome() throws X {
    assert isDone();
    if (thrown != null) {
      throw CallTurn.<X>asThrown(thrown);
    }
    return result;
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // thrown as what it is
  private static <X extends Throwable> X asThrown(Throwable thrown) throws X {
    throw (X) thrown;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance.broken;

import dev.quern.spi.Target;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * As a target, drops the turn of whoever came next with that of a child that is over (breaks R5:
 * D8). Its own children do not come this way, so no rule of one provider sees it.
 */
public final class ForeignSiblingCutOff extends BrokenProvider {
  private final List<Place> inLine = new CopyOnWriteArrayList<>();

  @Override
  @Nullable Object call(Invocation call) throws Throwable {
    Object answer = call.proceed();
    return call.is(Target.class, "newPlace") ? new Place((Target.Place) answer) : answer;
  }

  private final class Place implements Target.Place {
    private final Target.Place whole;

    Place(@Nullable Object whole) {
      this.whole = (Target.Place) Objects.requireNonNull(whole);
    }

    @Override
    public void enter() {
      whole.enter();
    }

    @Override
    public void addTurn() {
      inLine.add(this);
      whole.addTurn();
    }

    @Override
    public void withdraw() {
      int mine = inLine.lastIndexOf(this);
      if (mine >= 0 && mine + 1 < inLine.size()) {
        inLine.get(mine + 1).whole.withdraw();
      }
      whole.withdraw();
    }

    @Override
    public void leave() {
      whole.leave();
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * The state word of a work item with its timer and its place in line (WorkState, RunLine, TimerWheel): submit, schedule,
 * reschedule, fire, cancel, cancelAndWait, begin, end. Two lanes. Which line is which method: README.md.
 *
 * Checked in every interleaving: never two runs at once; cancelAndWait returns only after an instant with nothing pending
 * and no run going on, and no run accepted before that instant begins after it (W7); no run before its time; and when
 * nothing moves any more, every accepted run was begun or removed: none is lost, none is doubled.
 */
#define NOPLACE 15
#define PLACES 8
#define LATEST 2

mtype = { NONE, DELAYED, QUEUED };
mtype pending = NONE;
byte data;                /* DELAYED: its time; QUEUED: its place, or NOPLACE */
bool running, cancelling;

byte now;                 /* the clock */
#define NEVER 9
byte lookAt = NEVER;      /* when the wheel looks at the entry: a hint, the word decides */
bool intake;              /* the entry is on the intake: it is looked at at once */
byte first, last;         /* of the line */
mtype = { CLAIMED, HERE, EMPTY };
mtype slot[PLACES] = CLAIMED;

byte accepted, removed, begun, ended;
byte instant;             /* what was accepted by the latest instant of a cancelAndWait */
byte latest;              /* the number of the pending run */
byte inside;              /* runs going on */
byte left;                /* callers that have still something to do */

/* RunLine.vacate */
inline vacate(p) {
  atomic {
    if
    :: slot[p] == HERE -> slot[p] = EMPTY
    :: else
    fi
  }
}

/* RunLine.publish, and the look whether somebody took the item away before it was there */
inline publish(p, stands) {
  if
  :: p == NOPLACE
  :: else ->
    slot[p] = (stands -> HERE : EMPTY);
    if
    :: stands && !(pending == QUEUED && data == p) -> vacate(p)
    :: else
    fi
  fi
}

/* WorkState.enter, for SUBMIT and FIRE: a place is claimed before the step, unless the item runs. */
inline enter(fire) {
  p = NOPLACE;
  do
  :: atomic { op = pending; was = data; or = running; oc = cancelling } ->
    moves = (fire -> (op == DELAYED && was <= now) : (op == NONE && !oc));
    if
    :: moves && !or && p == NOPLACE -> atomic { p = last; last++ }
    :: else
    fi;
    atomic {
      if
      :: pending == op && data == was && running == or && cancelling == oc ->
        if
        :: moves ->
          if
          :: !fire -> accepted++; latest = accepted
          :: else
          fi;
          pending = QUEUED;
          data = (or -> NOPLACE : p)
        :: else
        fi;
        done = true
      :: else -> done = false
      fi
    }
    if
    :: done -> publish(p, (moves && !or)); break
    :: else
    fi
  od;
  atomic { p = 0; was = 0; or = false; oc = false; moves = false; done = false; op = NONE }
}

/* WorkState.schedule and reschedule, then TimerWheel: the entry comes after the word */
inline delay(again, time) {
  atomic {
    op = pending; was = data;
    done = false;
    if
    :: cancelling
    :: !cancelling && pending == NONE -> accepted++; latest = accepted; done = true
    :: !cancelling && pending != NONE -> done = again
    fi;
    if
    :: done -> pending = DELAYED; data = time
    :: else
    fi
  }
  if
  :: done && op == QUEUED && was != NOPLACE -> vacate(was)
  :: else
  fi;
  if /* TimerWheel.start */
#ifdef FAULT_MOVED_TIMER_IS_NOT_STARTED
  :: done && op == NONE && lookAt > time -> intake = true
#else
  :: done && lookAt > time -> intake = true
#endif
  :: else
  fi;
  atomic { op = NONE; was = 0; done = false }
}

/* The timer thread: time goes on; a look at the entry, when it is time or it is on the intake */
proctype Timer() {
  byte p, was;
  bool or, oc, moves, done;
  mtype op;
end_timer:
  do
  :: now < LATEST -> now++
  :: intake || lookAt <= now ->
    atomic { intake = false; lookAt = NEVER }
    enter(true);
#ifndef FAULT_EARLY_ENTRY_IS_DROPPED
    was = (pending == DELAYED -> data : NEVER);
    lookAt = was;
#endif
    was = 0
  od
}

/* WorkState.end: what was queued meanwhile enters the line now */
inline endRun() {
  p = NOPLACE;
  do
  :: (p == NOPLACE && pending == QUEUED && data == NOPLACE) -> atomic { p = last; last++ }
  :: else ->
    atomic {
      if
      :: !(pending == QUEUED && data == NOPLACE && p == NOPLACE) ->
        runs = (pending == QUEUED && data == NOPLACE);
        if
        :: runs -> data = p
        :: else
        fi;
        running = false;
        ended++;
#ifndef FAULT_CANCELLING_STAYS
        if
        :: cancelling -> cancelling = false; instant = accepted
        :: else
        fi;
#endif
        break
      :: else
      fi
    }
  od;
  publish(p, runs);
  runs = false
}

/* Lane: takes places in order, waits for those that are claimed */
proctype Lane() {
  byte p;
  bool runs;
end_lane:
  do
  :: atomic { first < last && slot[first] != CLAIMED -> p = first; first++ }
    if
    :: slot[p] == EMPTY
    :: else ->
      atomic { /* WorkState.begin */
        if
        :: pending == QUEUED && data == p && !running ->
          pending = NONE; data = 0; running = true; begun++; runs = true;
          assert(latest > instant); /* W7 */
          inside++;
          assert(inside == 1)
        :: else -> runs = false
        fi
      }
      if
      :: runs ->
        inside--;
        endRun()
      :: else
      fi
    fi;
    p = 0
  od
}

proctype Submitter() {
  byte p, was, t;
  bool or, oc, moves, done;
  mtype op;
  if
  :: enter(false)
  :: t = 1; delay(false, t)
  fi;
  if
  :: enter(false)
  :: t = 1; delay(true, t)
  :: t = 2; delay(true, t)
  fi;
  left--
}

/* cancel, or cancelAndWait */
proctype Canceller(bool waits) {
  mtype op;
  byte was, wait;
  bool mustWait;
  atomic { /* WorkState.remove */
    op = pending; was = data; wait = ended;
    if
    :: pending != NONE -> pending = NONE; data = 0; removed++
    :: else
    fi;
    mustWait = (waits && running);
#ifdef FAULT_SUBMISSIONS_ARE_NOT_REFUSED
    skip
#else
    cancelling = (cancelling || mustWait);
#endif
    if
    :: waits && !running -> instant = accepted
    :: else
    fi
  }
  if
  :: op == QUEUED && was != NOPLACE -> vacate(was)
  :: else
  fi;
  if
  :: mustWait ->
    (ended > wait); /* WaitList, checked by Lincheck */
    assert(instant > 0)
  :: else
  fi;
  left--
}

init {
  atomic {
#ifdef FULL
    left = 3;
    run Submitter();
#else
    left = 2;
#endif
    run Timer(); run Lane(); run Lane(); run Submitter(); run Canceller(true)
  }
  timeout;
  assert(left == 0);
  assert(pending == NONE && !running && !cancelling);
  assert(begun + removed == accepted && first == last)
}

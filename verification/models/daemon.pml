/* SPDX-License-Identifier: Apache-2.0
 *
 * The state word of daemon queues (DaemonState): wake-up, draining, inactive, pause, close; queue 0 has a thread of its
 * own, queues 1 and 2 are drained in its drain. Which line is which method: README.md.
 *
 * Checked in every interleaving: one handler call at a time in the whole tree; a turn is in line once (D8); nothing is
 * handled by a queue that is over; pauseAndWait returns with no handler call going on; and when nothing moves any more,
 * everything accepted was handled and every close has returned: no wake-up is lost.
 */
#define QUEUES 3
#ifdef FULL
#define MORE(q) q
#else
#define MORE(q) QUEUES /* none */
#endif
#ifndef MAXBATCH
#define MAXBATCH 1
#endif

byte n[QUEUES];            /* items in the buffer */
bool armed[QUEUES] = true; /* the next append signals */
bool shut[QUEUES];         /* the buffer takes no more */
byte accepted[QUEUES], handled[QUEUES];

bool items[QUEUES], turns[QUEUES], called[QUEUES], draining[QUEUES], inactive[QUEUES], closing[QUEUES], over[QUEUES];
byte pauses[QUEUES], drains[QUEUES];

chan added = [QUEUES] of { byte }; /* TurnLine.added */
chan line = [QUEUES] of { byte };  /* TurnLine.line */
bool inLine[QUEUES], dropped[QUEUES];

bool parked, permit;       /* DaemonThread */
byte spurious = 1;         /* parks that return for no reason */
byte handling;             /* handler calls going on in the tree */
byte busy;                 /* processes that have still something to do */

#define HELD(q) (called[q] || draining[q] || inactive[q] || pauses[q] > 0 || over[q])
#define DUE(q) ((items[q] || turns[q]) && !HELD(q))

/* DaemonState.move: a step that leaves the queue due calls its carrier. */
inline settle(q) {
  if
  :: DUE(q) -> called[q] = true; call = true
  :: else -> call = false
  fi
}

/* DaemonThread.call */
inline callThread() {
  if
  :: parked -> permit = true
  :: else
  fi
}

/* LockfreeDaemonQueue.addTurn, TurnLine.add, DaemonState.wake(TURNS) */
inline addTurn(q) {
  atomic { /* one compare-and-set */
    assert(!inLine[q]);
    inLine[q] = true;
    call = (len(added) == 0);
    added!q
  }
  if
  :: call ->
    atomic { turns[0] = true; settle(0) }
    if
    :: call -> callThread()
    :: else
    fi
  :: else
  fi
}

/* LockfreeDaemonQueue.callIf, DaemonCarrier.call */
inline callIf(q) {
  if
  :: call && q == 0 -> callThread()
  :: call && q != 0 -> addTurn(q)
  :: else
  fi
}

/* DaemonState.wake(ITEMS) */
inline wake(q) {
  atomic {
    items[q] = true;
#ifdef FAULT_LINKED_TWICE
    call = !draining[q] /* CALLED is ignored, as in XNU: a pending turn is put in line again */
#else
    settle(q)
#endif
  }
  callIf(q)
}

/* Buffer.append and signalled */
inline append(q) {
  atomic {
    if
    :: shut[q] -> signal = false
    :: else -> n[q]++; accepted[q]++; signal = armed[q]; armed[q] = false
    fi
  }
  if
  :: signal -> wake(q)
  :: else
  fi
}

/* LockfreeDaemonQueue.endIfEmpty, DaemonState.over, DaemonCarrier.dismiss */
inline endIfEmpty(q) {
  if
  :: closing[q] ->
    if
    :: n[q] > 0 -> wake(q)
    :: else ->
      atomic {
        if
        :: draining[q] || over[q] -> call = false
        :: else -> over[q] = true; call = true
        fi
      }
      if
      :: call && q == 0 -> callThread()
      :: call && q != 0 -> dropped[q] = true
      :: else
      fi
    fi
  :: else
  fi
}

/* DaemonState.beginDrain */
inline beginDrain(q) {
  atomic {
    assert(called[q] || over[q]);
    assert(!draining[q]);
    called[q] = false;
    mayItems = false;
    mayTurn = false;
    if
    :: DUE(q) ->
      mayItems = items[q]; mayTurn = turns[q];
      items[q] = false; turns[q] = false; draining[q] = true; begun = true
    :: else -> begun = false
    fi
  }
}

/* DaemonBatches.run: count says how many, mayItems whether there may be more. */
inline batch(q) {
  count = 0;
  do
  :: count >= MAXBATCH || pauses[q] > 0 || inactive[q] -> break
  :: else ->
    atomic {
      if
      :: n[q] > 0 -> n[q]--; count++; got = true
      :: else -> armed[q] = true; got = false; mayItems = false
      fi
    }
    if
    :: got ->
      atomic { handling++; assert(handling == 1 && !over[q]) }
      atomic { handled[q]++; handling-- }
    :: else -> break
    fi
  od
}

/* DaemonState.endDrain, then LockfreeDaemonQueue.endDrain */
inline endDrain(q, leftItems, leftTurns) {
  atomic {
    draining[q] = false;
#if SCENE != 1
    drains[q] = (drains[q] + 1) % 4;
#endif
#ifdef FAULT_WAKEUP_CLEARED
    items[q] = leftItems; turns[q] = leftTurns; /* a wake-up that came while it drained is wiped out */
#else
    items[q] = items[q] || leftItems;
    turns[q] = turns[q] || leftTurns;
#endif
    settle(q)
  }
  callIf(q);
  endIfEmpty(q);
  call = false
}

/* TurnLine.poll */
inline pollTurn() {
  atomic {
    if
    :: len(line) == 0 ->
      do
      :: len(added) > 0 -> added?c; line!c
      :: else -> break
      od
    :: else
    fi;
    if
    :: len(line) > 0 -> line?c; inLine[c] = false; got = true
    :: else -> got = false
    fi
  }
}

/* LockfreeDaemonQueue.drainOnce of a child, as a turn */
inline drainChild(q) {
  if
  :: !dropped[q] ->
    beginDrain(q);
    if
    :: begun ->
      if
      :: mayItems -> batch(q)
      :: else
      fi;
      endDrain(q, mayItems, false)
    :: else
    fi
  :: else
  fi
}

/* DaemonThread.run */
proctype Drainer() {
  bool call, mayItems, mayTurn, begun, got, turnIsNext, leftItems;
  byte count, c;
  do
  :: /* awaitCall */
#ifdef FAULT_LOOKS_THEN_PARKS
    if
    :: called[0] || over[0] -> skip
    :: else -> parked = true; /* and no second look */
end_faulty:
      permit -> permit = false; parked = false
    fi;
#else
    if
    :: called[0] || over[0] -> skip
    :: else ->
      parked = true;
      do
      :: called[0] || over[0] -> break
      :: else ->
end_parked:
        if
        :: permit -> permit = false
        :: spurious > 0 -> spurious--
        fi
      od;
      parked = false
    fi;
#endif
    if
    :: over[0] -> break
    :: else
    fi;
    beginDrain(0);
    if
    :: begun ->
      count = 0;
      leftItems = mayItems;
      if
      :: mayItems && !(mayTurn && turnIsNext) ->
        turnIsNext = true;
        batch(0);
        leftItems = mayItems
      :: else
      fi;
      if
      :: mayTurn && count == 0 && pauses[0] == 0 && !inactive[0] ->
        pollTurn();
        if
        :: got -> turnIsNext = false; drainChild(c)
        :: else
        fi
      :: else
      fi;
      mayTurn = (len(line) > 0 || len(added) > 0);
      endDrain(0, leftItems, mayTurn)
    :: else
    fi
  od
}

proctype Producer(byte first; byte second) {
  bool call, signal;
  append(first);
  if
  :: second < QUEUES -> append(second)
  :: else
  fi;
  busy--
}

/* pause or pauseAndWait, then resume; then close, which has waited for OVER when busy falls */
proctype Controller(byte paused; byte closed) {
  bool call, wasDraining;
  byte drain;
  if
  :: paused < QUEUES ->
    atomic {
      if
      :: closing[paused] -> skip
      :: else -> pauses[paused]++
      fi;
      wasDraining = draining[paused];
      drain = drains[paused]
    }
    (closing[paused] || !wasDraining || !draining[paused] || drains[paused] != drain); /* isPast */
    assert(paused != 0 || closing[0] || pauses[0] == 0 || handling == 0);
    atomic {
      if
      :: closing[paused] -> call = false
      :: else -> pauses[paused]--;
#ifdef FAULT_RESUME_CALLS_NOBODY
        call = false
#else
        settle(paused)
#endif
      fi
    }
    callIf(paused)
  :: else
  fi;
  if
  :: closed < QUEUES ->
    shut[closed] = true;
    atomic { closing[closed] = true; inactive[closed] = false; pauses[closed] = 0; settle(closed) }
    callIf(closed);
    endIfEmpty(closed);
    over[closed]; /* WaitList, checked by Lincheck */
    assert(n[closed] == 0)
  :: else
  fi;
  busy--
}

/* activate */
proctype Activator(byte q) {
  bool call;
  atomic { inactive[q] = false; settle(q) }
  callIf(q);
  busy--
}

init {
  atomic {
#if SCENE == 1
    /* a child is closed with a turn pending, beside a sibling (D8) */
    busy = 3;
    run Drainer(); run Producer(1, 2); run Producer(2, MORE(1)); run Controller(QUEUES, 1)
#elif SCENE == 2
    /* the target is paused while everything comes in */
    busy = 3;
    run Drainer(); run Producer(0, 1); run Producer(2, MORE(0)); run Controller(0, QUEUES)
#elif SCENE == 3
    /* a child is made inactive, activated and closed; the target is paused meanwhile */
    inactive[1] = true;
    busy = 4;
    run Drainer(); run Producer(1, MORE(1)); run Activator(1); run Controller(QUEUES, 1); run Controller(0, QUEUES)
#else
    /* the target itself is closed while two append: the thread ends */
    busy = 3;
    run Drainer(); run Producer(0, 0); run Producer(0, MORE(0)); run Controller(0, 0)
#endif
  }
  /* nothing moves any more */
  timeout;
  assert(busy == 0);
  assert(accepted[0] == handled[0] && accepted[1] == handled[1] && accepted[2] == handled[2])
}

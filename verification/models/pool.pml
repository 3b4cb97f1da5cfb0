/* SPDX-License-Identifier: Apache-2.0
 *
 * The staff of a pool (PoolStaff, IdleStack, WorkerState, PoolOverseer): who wakes whom. Jobs are only counted; the line
 * and the runs are counters with the steps of PoolLine and StealableRun that matter here. Which line is which method:
 * README.md.
 *
 * Checked in every interleaving: nobody is claimed or pushed twice, and when nothing moves any more every job has run:
 * no wake-up is lost, neither against an idle worker, nor one that times out, nor against the overseer.
 */
#define WORKERS 2
#ifndef FIRST
#define FIRST 1 /* how many jobs the first submits */
#endif
#ifndef SECOND
#define SECOND 0 /* and the second */
#endif
#ifndef FAILURES
#define FAILURES 0
#endif
#ifndef TIMEOUTS
#define TIMEOUTS 1
#endif
#ifndef LINGERINGS
#define LINGERINGS 1
#endif
#ifndef MAXRUN
#define MAXRUN 1
#endif

mtype = { VACANT, SEARCHING, BUSY, IDLE, LEAVING, GONE };
mtype state[WORKERS + 1] = VACANT; /* workers bear the numbers 1 and 2, 0 is nobody */
byte below[WORKERS + 1];
byte top;                          /* of the stack */
bool started[WORKERS + 1], permit[WORKERS + 1];
byte jobs;                         /* in line */
bool entered;                      /* somebody takes from the line */
byte own[WORKERS + 1];             /* in that worker's run, to be stolen */
byte live;
bool prodded, overseerPermit;
byte submitted, ran, submitters;
byte begun[WORKERS + 1];             /* PoolTally.begun */
byte timeouts = TIMEOUTS;          /* how many idle workers may time out, all told */
bool lingers;                      /* LingerFlag */
byte lingerings = LINGERINGS;      /* how often somebody may linger, all told */
byte failures = FAILURES;                 /* how many starts may fail */

/* PoolOverseer.prod */
inline prod() {
  if
  :: !prodded -> prodded = true; overseerPermit = true
  :: else
  fi
}

/* PoolStaff.signal, IdleStack.pop, WorkerState.claim. The pop itself is one step here: what its version is for, Lincheck
 * looks at. A worker can be claimed only some time after its entry is out. */
inline signal() {
  claimed = 0;
  if
  :: lingers /* it looks again */
  :: else ->
    do
    :: atomic { top == 0 -> break }
    :: atomic { top != 0 -> t = top; top = below[t]; below[t] = 0 }
      atomic {
        if
        :: state[t] == IDLE -> state[t] = SEARCHING; claimed = t; t = 0; break
        :: else -> assert(state[t] == LEAVING); state[t] = GONE; t = 0
        fi
      }
    od;
    if
    :: claimed != 0 -> permit[claimed] = true; claimed = 0
    :: else ->
      if
      :: live < WORKERS -> prod()
      :: else
      fi
    fi
  fi
}

/* PoolStaff.workWaits: the line, then the runs */
inline workWaits() {
  waits = (jobs > 0 && !entered);
  if
  :: !waits -> waits = (own[1] > 0 || own[2] > 0)
  :: else
  fi
}

/* LockfreeJob.submit: append to the line, then signal */
proctype Submitter(byte count) {
  byte t, claimed;
  do
  :: count == 0 -> break
  :: else ->
    atomic { jobs++; submitted++ }
    signal();
    count--
  od;
  submitters--
}

/* PoolWorker.next and idle */
proctype Worker(byte w) {
  byte t, claimed;
  bool got, waits, job;
end_unborn:
  started[w] -> started[w] = false;
search:
  job = false;
  if /* its own run */
  :: atomic { own[w] > 0 -> own[w]--; job = true }
  :: else
  fi;
  if /* fill: the line is taken from by one at a time */
  :: !job && jobs > 0 ->
    atomic {
      if
      :: !entered -> entered = true; got = true
      :: else -> got = false
      fi
    }
    if
    :: got ->
      got = false;
      if
      :: atomic { jobs > 0 -> jobs--; job = true }
      :: else
      fi;
      if
      :: atomic { MAXRUN > 1 && job && jobs > 0 && own[w] == 0 -> jobs--; own[w]++ }
      :: else
      fi;
      entered = false;
      if
      :: own[w] > 0 || jobs > 0 -> signal()
      :: else
      fi
    :: else
    fi
  :: else
  fi;
  if /* steal */
  :: atomic { !job && own[3 - w] > 0 -> own[3 - w]--; job = true }
  :: else
  fi;
  if
  :: job -> /* begin */
    assert(state[w] == SEARCHING);
    begun[w]++;
    state[w] = BUSY;
    if /* PoolStaff.hasReserve: two looks */
    :: top != 0 -> workWaits()
    :: else ->
      if
      :: live < WORKERS -> workWaits()
      :: else
      fi
    fi;
    if
    :: waits -> waits = false; signal()
    :: else
    fi;
    state[w] = SEARCHING; /* the body has left */
    atomic { ran++; job = false; goto search }
  :: else
  fi;
  if /* Linger: says that it will look again; says that it does no more, and looks */
  :: atomic { lingerings > 0 && !lingers -> lingerings--; lingers = true }
#ifdef FAULT_LINGERS_AND_IDLES
    skip
#else
    lingers = false;
    goto search
#endif
  :: true
  fi;
  /* idle: IdleStack.push */
  state[w] = IDLE;
  atomic { below[w] = top; top = w }
#ifndef FAULT_PUSHES_AND_PARKS
  workWaits();
  if
  :: waits -> waits = false; signal()
  :: else
  fi;
#endif
#ifdef FAULT_LINGERS_AND_IDLES
  lingers = false;
#endif
  do
  :: state[w] != IDLE -> break
  :: else ->
end_parked:
    if
    :: permit[w] -> permit[w] = false
    :: atomic { timeouts > 0 -> timeouts-- }
      atomic {
        if
        :: state[w] == IDLE -> state[w] = LEAVING; goto leave
        :: else
        fi
      }
    fi
  od;
  goto search;
leave:
  live--;
  prod();
  goto end_unborn
}

/* PoolOverseer.supervise; only it raises live */
inline jobWaits() {
  if
  :: needs && jobs == 0 -> needs = (own[1] > 0 || own[2] > 0)
  :: else
  fi
}

inline allBusy(sum) {
  sum = 0;
  if
  :: needs && (state[1] == SEARCHING || state[1] == IDLE) -> needs = false
  :: needs && state[1] != SEARCHING && state[1] != IDLE -> sum = begun[1]
  :: else
  fi;
  if
  :: needs && (state[2] == SEARCHING || state[2] == IDLE) -> needs = false
  :: needs && state[2] != SEARCHING && state[2] != IDLE -> sum = sum + begun[2]
  :: else
  fi
}

proctype Overseer() {
  byte w, seen, again;
  bool needs;
  do
  ::
#ifdef FAULT_OVERSEER_CLEARS_LATE
    skip;
#else
    prodded = false;
#endif
    /* looks, PoolStaff.begunIfAllBusy: one look after the other, twice */
look:
    needs = (live < WORKERS);
    jobWaits();
    allBusy(seen);
    jobWaits();
    allBusy(again);
    if
    :: needs && seen != again -> goto look
    :: else
    fi;
    seen = 0;
    again = 0;
    w = 0;
    if
    :: needs && (state[1] == VACANT || state[1] == GONE) -> w = 1
    :: needs && state[1] != VACANT && state[1] != GONE && (state[2] == VACANT || state[2] == GONE) -> w = 2
    :: else
    fi;
#ifdef FAULT_OVERSEER_CLEARS_LATE
    prodded = false;
#endif
    needs = false;
    if
    :: w != 0 -> /* startWorker */
      atomic { live++; state[w] = SEARCHING }
      if
      :: started[w] = true
      :: failures > 0 -> failures--; state[w] = GONE; live-- /* awaitRetry: the second passes */
      fi;
      w = 0
    :: else ->
      do
      :: prodded -> break
      :: else ->
end_parked:
        overseerPermit -> overseerPermit = false
      od
    fi
  od
}

init {
  atomic {
    submitters = 2;
    run Overseer();
    run Worker(1);
    run Worker(2);
    run Submitter(FIRST);
    run Submitter(SECOND)
  }
  timeout;
  assert(submitters == 0);
  assert(jobs == 0 && own[1] == 0 && own[2] == 0 && ran == submitted)
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * How TimerWheel wakes its thread and lets go: start and stop by two threads, the timer thread, its alarm. Which line is
 * which method: README.md.
 *
 * Times are BUSY < SOON < FAR < NEVER. An alarm set to SOON rings, one set to FAR doesn't within the scene. Checked in
 * every interleaving: when nothing moves any more, the wheel holds nothing of a timer that is stopped (G9), and has each
 * that is delayed, with the alarm set (W4).
 */
#define BUSY 0
#define SOON 1
#define FAR 2
#define NEVER 3
#define TIMERS 2

byte until[TIMERS] = NEVER;  /* the state words */
byte lookAt[TIMERS] = NEVER; /* on the wheel, if not NEVER */
#define ON 9
byte link[TIMERS];           /* 0, a thread, or ON */
bit intake[TIMERS];          /* the entry is on it */
byte relays[TIMERS];         /* and so many relays to it */
byte nextWake = NEVER, alarm = NEVER;
bool lettingGo;

#define intakeIsEmpty (!intake[0] && !intake[1] && relays[0] == 0 && relays[1] == 0)

/* of two times the earlier one: Alarm.at, in one step */
inline setAlarm(t) {
  alarm = (t < alarm -> t : alarm)
}

inline wakeBy(t) {
  do
  :: seen = nextWake;
    if
    :: seen <= t -> break
    :: else ->
      atomic {
        if
        :: nextWake == seen -> nextWake = t; seen = NEVER
        :: else -> seen = BUSY
        fi
      }
      if
      :: seen == NEVER -> setAlarm(t); break
      :: else
      fi
    fi
  od;
  seen = 0
}

inline letGoSoon() {
  if
  :: !lettingGo ->
    atomic {
      won = !lettingGo;
      lettingGo = true
    }
    if
    :: won -> wakeBy(SOON)
    :: else
    fi;
    won = false
  :: else
  fi
}

/* on: false if another thread is about to put it there */
inline push(e) {
  other = link[e];
  if
  :: other == 0 -> atomic { other = link[e]; link[e] = (other == 0 -> _pid : other) }
  :: else
  fi;
  if
  :: other == 0 ->
    intake[e] = 1;
    atomic {
      if
      :: link[e] == _pid -> link[e] = ON
      :: else
      fi
    }
    on = true
  :: else -> on = (other == ON)
  fi;
  other = 0
}

inline start(e) {
  until[e] = FAR;
  if
  :: lookAt[e] > FAR ->
    push(e);
    if
    :: !on -> relays[e]++
    :: else
    fi;
    on = false;
    if
    :: until[e] == NEVER -> letGoSoon()
    :: else -> wakeBy(FAR)
    fi
  :: else
  fi
}

inline stop(e) {
  until[e] = NEVER;
  if
  :: lookAt[e] == NEVER && link[e] == 0
  :: else -> push(e); on = false; letGoSoon()
  fi
}

proctype Starter() {
  byte seen, other;
  bool won, on;
  start(0);
  stop(0);
  start(1);
  stop(1)
}

proctype Other() {
  byte seen, other;
  bool won, on;
  if
  :: start(0)
  :: start(0); stop(0)
  :: stop(1); start(0)
  fi
}

inline place(e) {
  do
  :: lookAt[e] = NEVER;
    if
    :: until[e] == NEVER -> break
    :: else -> lookAt[e] = FAR
    fi;
#ifdef FAULT_PLACES_WITHOUT_A_SECOND_LOOK
    break
#else
    if
    :: until[e] != NEVER -> break
    :: else
    fi
#endif
  od
}

/* takeIn: the whole intake in one step, then one after another */
inline takeIn() {
  atomic {
    taken[0] = intake[0]; intake[0] = 0; takenRelays[0] = relays[0]; relays[0] = 0;
    taken[1] = intake[1]; intake[1] = 0; takenRelays[1] = relays[1]; relays[1] = 0
  }
  i = 0;
  do
  :: i == TIMERS -> break
  :: i < TIMERS && taken[i] -> taken[i] = 0; link[i] = 0; place(i)
  :: i < TIMERS && takenRelays[i] > 0 -> takenRelays[i]--; place(i)
  :: i < TIMERS && !taken[i] && takenRelays[i] == 0 -> i++
  od
}

proctype Timer() {
  byte i, next;
  bit taken[TIMERS];
  byte takenRelays[TIMERS];
end_timer:
  do
  :: alarm == SOON ->
    alarm = NEVER;
    nextWake = BUSY;
    lettingGo = false;
    takeIn();
    next = (lookAt[0] < lookAt[1] -> lookAt[0] : lookAt[1]);
    nextWake = next;
#ifndef FAULT_SLEEPS_WITHOUT_A_SECOND_LOOK
    if
#ifdef FAULT_SLEEPS_THOUGH_LETTING_GO
    :: !intakeIsEmpty -> next = SOON
#else
    :: !intakeIsEmpty || lettingGo -> next = SOON
#endif
    :: else
    fi;
#endif
    setAlarm(next);
    atomic { i = 0; next = 0 }
  od
}

init {
  byte e;
  atomic {
    run Timer(); run Starter(); run Other()
  }
  timeout;
  assert(_nr_pr == 2); /* starters are through */
  e = 0;
  do
  :: e == TIMERS -> break
  :: else ->
    if
    :: until[e] == NEVER -> assert(lookAt[e] == NEVER && !intake[e] && relays[e] == 0)
    :: else ->
      assert(alarm <= FAR);
      assert(lookAt[e] == FAR || intake[e] || relays[e] > 0)
    fi;
    e++
  od
}

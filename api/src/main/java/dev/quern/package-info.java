// SPDX-License-Identifier: Apache-2.0
/**
 * Kernel-grade deferred work for the JVM: five primitives, one face, interchangeable providers.
 *
 * <h2>Map</h2>
 *
 * <p>{@link dev.quern.Quern} is the one door. It makes
 *
 * <ul>
 *   <li>a {@link dev.quern.Queue}: many producers hand items to one consumer;
 *   <li>a {@link dev.quern.DaemonQueue}: a queue that brings its consumer, the drainer;
 *   <li>a {@link dev.quern.ThreadPool}: threads that {@link dev.quern.Job jobs}, made once, are run
 *       on; {@link dev.quern.CpuPools} are one for each CPU;
 *   <li>a {@link dev.quern.TaskContext}: runs {@link dev.quern.Task tasks} one at a time without a
 *       thread of its own;
 *   <li>a {@link dev.quern.WorkQueue}: runs {@link dev.quern.Work items} that coalesce, never
 *       overlap themselves, can be delayed, moved, flushed and cancelled for certain. Its keyed
 *       form, a {@link dev.quern.KeyedWorkQueue}, runs one handler for keys, with retries.
 * </ul>
 *
 * <p>The numbered rules that the documentation cites (G1, Q8, ...) are those of the contract,
 * packaged with this library as {@code META-INF/SPEC.md}. All interfaces here except {@link
 * dev.quern.Handler}, {@link dev.quern.Action}, {@link dev.quern.Body}, {@link dev.quern.Call},
 * {@link dev.quern.KeyHandler} and {@link dev.quern.FailureHandler} are implemented by providers
 * only; methods may be added to them.
 *
 * <h2>Glossary</h2>
 *
 * <p><i>Accepted</i>: answered by QUEUED or COALESCED, or taken in by a queue. <i>Pending</i>:
 * accepted, and its run has not begun. <i>Drainer</i>: the thread that runs a daemon queue's
 * handler. <i>Runner</i>: the thread inside a task context. <i>Worker</i>: a pool's thread.
 * <i>Overseer</i>: the thread that starts workers. <i>Interlock</i>: a user's lock under which a
 * job is submitted and ends. <i>Exclusive executor</i>: whatever runs one thing at a time: a daemon
 * queue's drain, a context, an ordered or maxActive-1 work queue, a maxThreads-1 pool.
 * <i>Misuse</i>: {@link dev.quern.MisuseException} at once, with nothing lost and nothing changed.
 *
 * <h2 id="memory">Memory consistency</h2>
 *
 * <ul>
 *   <li><b>Accept happens-before run.</b> What a thread did before a submission that was accepted
 *       or coalesced is visible to the run that serves it, also when items hop from one primitive
 *       to the next (rule G2).
 *   <li><b>Run happens-before wake.</b> What a run did is visible to a thread that a cancelAndWait,
 *       disableAndWait, flush, barrier, drain, pauseAndWait or close released because of it (rule
 *       G3).
 *   <li><b>Run happens-before run.</b> One drain or run happens-before the next of the same queue,
 *       context or item, whichever threads they are on (rule G3). State that only a handler or body
 *       touches needs no lock.
 * </ul>
 *
 * <h2 id="waits">Waits, limits and interrupts</h2>
 *
 * <p>Every method that waits throws {@link java.lang.InterruptedException}, except {@code close()}
 * and {@code closeNow()}, which finish and then restore the interrupt flag. Every wait has a form
 * with a limit; zero or a negative limit means one look and no waiting. A wait that ends early
 * leaves everything consistent. The request stays in effect for cancel, disable, pause, close and
 * flush's hurry; put, take and a timed offer have done nothing; drain is withdrawn; a call is
 * withdrawn if its code had not begun (rule G4). Waiting for something that could only happen once
 * the caller stops waiting is misuse (rule G6). Virtual threads may wait everywhere (rule G8).
 *
 * <h2 id="errors">Errors</h2>
 *
 * <p>A null argument is a {@link java.lang.NullPointerException} that names the parameter, a value
 * out of range an {@link java.lang.IllegalArgumentException} that names parameter, value and range;
 * neither changes anything. Arguments are checked first, then misuse, then whether the primitive is
 * closed ({@link dev.quern.ClosedException}). These are not repeated at each method (rules G1,
 * G11).
 *
 * <p>What user code throws never reaches a thread that merely happened to run it: it goes to the
 * {@link dev.quern.FailureHandler}, once (rule G5).
 */
@NullMarked
package dev.quern;

import org.jspecify.annotations.NullMarked;

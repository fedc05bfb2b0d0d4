import { claimJob } from '../src/db/job-attempts.ts';
import type { Job } from '../src/db/jobs.ts';
import type { Deps } from '../src/deps.ts';
import {
  advance,
  isSettled,
  MAX_ATTEMPTS,
  noWorkerFinished,
  type JobRef,
  type SettledState,
} from '../src/domain/job.ts';
import { AppError } from '../src/errors.ts';
import { dispatchWaiting } from '../src/use-cases/dispatch-jobs.ts';
import { createAttemptClock, type AttemptClock } from './attempt-clock.ts';
import { endAttempt, giveUp, handBack } from './end-attempt.ts';
import type { LiveHandle } from './live-handle.ts';
import { tellOutcome, writeOutcome } from './outcome.ts';
import type { Pulse } from './pulse.ts';
import { processors } from './registry.ts';
import { createReporter, type Reporter } from './reporter.ts';
import { createTimeline, type Timeline } from './timeline.ts';

/**
 * How an attempt ended. `again`: the queue shall bring the job back. `busy`: another worker is at it. `gone`: the row is not
 * there any more.
 */
export type AttemptResult = SettledState | 'again' | 'busy' | 'handed-back' | 'superseded' | 'gone';

/** Of a worker that is alive something is heard every second; a queue that lost track of it delivers its job twice. */
const ALIVE_SECONDS = 5;

export interface RunOptions {
  pulse: Pulse;
  /** Fires when the worker has to stop: the job is handed back, and the attempt is not counted. */
  shutdown: AbortSignal;
}

/**
 * One attempt of a job: claim the row, do the work, settle the row, tell the queue, let the account's next one have its turn.
 * The row decides; a queue that delivers a job twice, or one that is settled, changes nothing.
 *
 * @throws whatever the database throws when it cannot even be told: the queue brings the job back.
 */
export const runJob = async (
  deps: Deps,
  ref: Pick<JobRef, 'id' | 'accountId'>,
  live: LiveHandle,
  options: RunOptions,
): Promise<AttemptResult> => {
  const result = await attempt(deps, ref, live, options);
  const isEnd = result === 'completed' || result === 'failed' || result === 'killed';
  if (isEnd)
    await dispatchWaiting(deps, ref.accountId).catch((err: unknown) => {
      deps.log.warn('turns left to the sweep', { accountId: ref.accountId, err });
    });
  return result;
};

const attempt = async (
  deps: Deps,
  ref: Pick<JobRef, 'id' | 'accountId'>,
  live: LiveHandle,
  { pulse, shutdown }: RunOptions,
): Promise<AttemptResult> => {
  const job = await claimJob(deps.db, ref.accountId, ref.id, ALIVE_SECONDS);
  if (!job) return notClaimed(deps, ref, live);
  const timeline = createTimeline(job.steps, job.attempt);
  if (job.attemptsUsed > MAX_ATTEMPTS) {
    const figures = live.shown ? advance(live.shown, job) : job;
    const ended = await giveUp(deps, { job, live, figures, timeline }, noWorkerFinished(job.lastSeenAt));
    return ended === 'taken' ? takenAway(deps, job, live) : ended;
  }

  const reporter = openReporter(deps, job, live);
  const lost = new AbortController();
  const clock = createAttemptClock(deps, job, timeoutOf(deps, job));
  const signal = AbortSignal.any([lost.signal, shutdown, clock.signal]);
  const unwatch = pulse.watch({
    ...job,
    figures: reporter.figures,
    steps: timeline.steps,
    onLost: () => lost.abort(new Error('the job is not of this attempt any more')),
  });
  try {
    const outcome = await work(deps, { job, reporter, timeline, signal, clock });
    await reporter.stop();
    if (!outcome) return await takenAway(deps, job, live);
    await writeOutcome(deps, job.id, live, outcome);
    return outcome.state;
  } catch (err) {
    await reporter.stop();
    if (lost.signal.aborted) return await takenAway(deps, job, live);
    const broken = { job, live, figures: reporter.figures(), timeline };
    const ended = shutdown.aborted
      ? await handBack(deps, broken)
      : await endAttempt(deps, broken, clock.signal.aborted ? timeUp(deps, job) : err);
    // What this attempt gave up may have been committed in the same moment.
    return ended === 'taken' ? await takenAway(deps, job, live) : ended;
  } finally {
    clock.stop();
    unwatch();
  }
};

const openReporter = ({ log }: Deps, job: Job, live: LiveHandle): Reporter => {
  let told = false;
  return createReporter(live.writeFigures, live.shown ?? job, (err) => {
    // Once an attempt: while the queue is away it is every 100 ms.
    if (!told) log.warn('progress not written', { jobId: job.id, err });
    told = true;
  });
};

interface Work {
  job: Job;
  reporter: Reporter;
  timeline: Timeline;
  signal: AbortSignal;
  clock: AttemptClock;
}

/** What else is in a step's name may be of the package. */
const wordOf = (step: string): string => step.split(' ', 1)[0]!;

/** Nobody waits for work that comes after the end of its attempt. */
const work = (deps: Deps, { job, reporter, timeline, signal, clock }: Work) => {
  const spans = deps.tracing.steps();
  const run = processors[job.kind].run(deps, job, {
    signal,
    pauseDuring: clock.pauseDuring,
    report: (progress, total, message) => reporter.report({ progress, total, message }),
    begin: (step) => {
      timeline.begin(step);
      spans.begin(wordOf(step));
    },
    steps: timeline.finish,
  });
  run.catch(() => undefined);
  return Promise.race([run, aborted(signal)]).finally(spans.end);
};

/**
 * Rejects when the attempt must end. Steps look at the signal between them, but a store that hangs keeps one of them
 * waiting; what it does later is fenced off.
 */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    const end = (): void => reject(signal.reason as Error);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });

const timeoutOf = ({ config }: Deps, { kind }: Job): number =>
  kind === 'build' ? config.buildTimeoutMs : config.installTimeoutMs;

const timeUp = (deps: Deps, job: Job): AppError =>
  new AppError('deadline', 500, `It was not finished within ${Math.ceil(timeoutOf(deps, job) / 1_000)} s.`, {
    retryable: true,
  });

const notClaimed = async (deps: Deps, ref: Pick<JobRef, 'id' | 'accountId'>, live: LiveHandle) => {
  const state = await tellOutcome(deps, ref, live);
  return state === 'gone' || isSettled(state) ? state : 'busy';
};

/** Cancelled, taken over, cancelled and asked for again; or it has ended by itself. */
const takenAway = async (deps: Deps, job: Job, live: LiveHandle): Promise<AttemptResult> => {
  const state = await tellOutcome(deps, job, live);
  if (state === 'working') return 'superseded';
  return state === 'queued' ? 'again' : state;
};

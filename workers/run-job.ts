import { setTimeout as sleep } from 'node:timers/promises';
import { claimJob, findJob, releaseJob, settleJob, type Job } from '../src/db/jobs.ts';
import { withTransaction } from '../src/db/pool.ts';
import type { Deps } from '../src/deps.ts';
import { isSettled, type JobFigures, type JobRef } from '../src/domain/job.ts';
import { AppError } from '../src/errors.ts';
import type { JobOutcome } from '../src/queue/jobs.ts';
import { processors } from './registry.ts';
import { createReporter, type Reporter } from './reporter.ts';

/** The queue's side of a job, as far as an attempt needs it. */
export interface LiveHandle {
  /** What the queue shows now: progress goes on from there. */
  shown: JobFigures | undefined;
  writeFigures: (figures: JobFigures) => Promise<void>;
  writeOutcome: (outcome: JobOutcome) => Promise<void>;
}

/** How an attempt ended. `again`: the queue shall bring the job back. `gone`: the row is not there any more. */
export type AttemptResult = JobOutcome['state'] | 'again' | 'handed-back' | 'superseded' | 'gone';

/** After that many the system gives up. */
export const MAX_ATTEMPTS = 5;

/**
 * One attempt of a job: claim the row, do the work, settle the row, tell the queue. The row decides; a queue that
 * delivers a job twice, or one that is settled, changes nothing.
 *
 * @param shutdown fires when the worker has to stop: the job is handed back, and the attempt is not counted.
 * @throws whatever the database throws when it cannot even be told: the queue brings the job back.
 */
export const runJob = async (
  deps: Deps,
  ref: Pick<JobRef, 'id' | 'accountId'>,
  live: LiveHandle,
  { lost, shutdown }: { lost: AbortSignal; shutdown: AbortSignal },
): Promise<AttemptResult> => {
  const job = await claimJob(deps.db, ref.accountId, ref.id);
  if (!job) return tellOutcome(deps, ref, live);
  if (job.attemptsUsed > MAX_ATTEMPTS) return giveUp(deps, job, live, { ...job, message: noWorkerFinished });

  const timeout = AbortSignal.timeout(timeoutOf(deps, job));
  const signal = AbortSignal.any([lost, shutdown, timeout]);
  let told = false;
  const reporter = createReporter(live.writeFigures, live.shown ?? job, (err) => {
    // Once an attempt: while the queue is away it is every 100 ms.
    if (!told) deps.log.warn('progress not written', { jobId: job.id, err });
    told = true;
  });
  try {
    const work = processors[job.kind].run(deps, job, {
      signal,
      report: (progress, total, message) => reporter.report({ progress, total, message }),
    });
    // Nobody waits for work that comes after the end of its attempt.
    work.catch(() => undefined);
    const outcome = await Promise.race([work, aborted(signal)]);
    await reporter.stop();
    if (!outcome) return 'superseded';
    await writeOutcome(deps, job, live, outcome);
    return outcome.state;
  } catch (err) {
    await reporter.stop();
    if (lost.aborted) return 'superseded';
    if (shutdown.aborted) return handBack(deps, job, reporter);
    return endAttempt(deps, { job, live, reporter }, timeout.aborted ? timeUp(deps, job) : err);
  }
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

const noWorkerFinished = `No worker finished it in ${MAX_ATTEMPTS} attempts.`;

const timeoutOf = ({ config }: Deps, { kind }: Job): number =>
  kind === 'build' ? config.buildTimeoutMs : config.installTimeoutMs;

const timeUp = (deps: Deps, job: Job): AppError =>
  new AppError('deadline', 500, `It was not finished within ${Math.ceil(timeoutOf(deps, job) / 1_000)} s.`, {
    retryable: true,
  });

/** The row is settled, or gone: what the queue shows has to agree. */
const tellOutcome = async (
  deps: Deps,
  { id, accountId }: Pick<JobRef, 'id' | 'accountId'>,
  live: LiveHandle,
): Promise<AttemptResult> => {
  const job = await findJob(deps.db, accountId, id);
  if (!job) return 'gone';
  if (!isSettled(job.state)) return 'again';
  const { state, progress, total, message, appId, installationId } = job;
  await writeOutcome(deps, job, live, { state, progress, total, message, appId, installationId });
  return state;
};

const handBack = async (deps: Deps, job: Job, reporter: Reporter): Promise<AttemptResult> => {
  const figures = { ...reporter.figures(), message: 'Waiting for a worker' };
  await releaseJob(deps.db, job, { ...figures, counted: false });
  return 'handed-back';
};

/** The reason, when it is fit to be shown: an unknown error's text may hold anything. */
const reasonOf = (err: unknown): string =>
  err instanceof AppError ? err.message : 'Something went wrong on our side; it has been logged.';

const endAttempt = async (
  deps: Deps,
  { job, live, reporter }: { job: Job; live: LiveHandle; reporter: Reporter },
  err: unknown,
): Promise<AttemptResult> => {
  const fields = { jobId: job.id, accountId: job.accountId, kind: job.kind, attempt: job.attempt, err };
  const figures = reporter.figures();
  if (err instanceof AppError && !err.retryable) return giveUp(deps, job, live, { ...figures, message: err.message });
  if (job.attemptsUsed >= MAX_ATTEMPTS) {
    deps.log.error('job given up', fields);
    return giveUp(deps, job, live, {
      ...figures,
      message: `Given up after ${MAX_ATTEMPTS} attempts. ${reasonOf(err)}`,
    });
  }
  deps.log.warn('job attempt failed', fields);
  const message = `Trying again. ${reasonOf(err)}`;
  const released = await releaseJob(deps.db, job, { ...figures, message, counted: true });
  if (released) await live.writeFigures({ ...figures, message }).catch(() => undefined);
  return released ? 'again' : 'superseded';
};

const giveUp = async (deps: Deps, job: Job, live: LiveHandle, figures: JobFigures): Promise<AttemptResult> => {
  const { progress, total, message } = figures;
  const outcome: JobOutcome = {
    state: 'failed',
    progress,
    total,
    message,
    appId: job.appId,
    installationId: job.installationId,
  };
  const settled = await withTransaction(deps.db, async (tx) => {
    const held = await settleJob(tx, job, { state: 'failed', progress, total, message });
    if (held) await processors[job.kind].onFailed?.(tx, job);
    return held;
  });
  if (!settled) return 'superseded';
  await writeOutcome(deps, job, live, outcome);
  return 'failed';
};

const OUTCOME_TRIES = 3;

/** The row is settled already, so a queue that is away is no failure: pollers are answered from the row. */
const writeOutcome = async (
  { log }: Pick<Deps, 'log'>,
  { id }: Pick<Job, 'id'>,
  live: LiveHandle,
  outcome: JobOutcome,
): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await live.writeOutcome(outcome);
    } catch (err) {
      if (tries >= OUTCOME_TRIES) return log.warn('outcome not written to the queue', { jobId: id, err });
      await sleep(100 * tries);
    }
  }
};

import { findAttemptTimes, type AttemptTimes } from '../src/db/attempt-times.ts';
import type { Deps } from '../src/deps.ts';
import { isSettled, type JobRef } from '../src/domain/job.ts';
import { within } from '../src/within.ts';
import type { AttemptResult } from './run-job.ts';

type ObserveDeps = Pick<Deps, 'db' | 'log' | 'metrics' | 'tracing'>;
type Observed = Pick<JobRef, 'id' | 'accountId' | 'kind'>;

/** For the look at the row: a database that is away has kept the attempt waiting already. */
const LIMIT_MS = 1_000;

/**
 * Runs one attempt of a job and tells of it: a line in the log, the metrics, a span. One round trip more, once it is
 * over: the times stand in the row.
 */
export const observeAttempt = (
  deps: ObserveDeps,
  job: Observed,
  run: () => Promise<AttemptResult>,
): Promise<AttemptResult> =>
  deps.tracing.span(`attempt ${job.kind}`, async (tell) => {
    const { id: jobId, accountId, kind } = job;
    tell({ 'appyard.job_id': jobId, 'appyard.account_id': accountId, 'appyard.job_kind': kind });
    const started = performance.now();
    let outcome: AttemptResult | 'error' = 'error';
    try {
      outcome = await run();
      return outcome;
    } finally {
      const ms = performance.now() - started;
      const times = outcome === 'busy' ? undefined : await timesOf(deps, job, started);
      tell({ 'appyard.outcome': outcome, ...(times && { 'appyard.attempt': times.attempt }) });
      // Another worker is at it: nothing was attempted here.
      if (outcome !== 'busy') record(deps, job, { outcome, ms, times });
    }
  });

/** Undefined: no attempt was made, since the row was settled or gone; or it is another worker's by now. */
const timesOf = async ({ db }: ObserveDeps, job: Observed, started: number): Promise<AttemptTimes | undefined> => {
  const asked = within(LIMIT_MS, 'The database', findAttemptTimes(db, job.accountId, job.id));
  const times = await asked.catch(() => undefined);
  const elapsed = performance.now() - started;
  const claimedMs = times?.claimedMs ?? Infinity;
  return claimedMs <= elapsed ? times : undefined;
};

const record = (
  { log, metrics }: ObserveDeps,
  { id: jobId, accountId, kind }: Observed,
  { outcome, ms, times }: { outcome: AttemptResult | 'error'; ms: number; times: AttemptTimes | undefined },
): void => {
  metrics.jobs.attempted({ kind, outcome, ms });
  // Only its first claim ends the wait: later ones would count the attempts before as waiting.
  const waitedMs = times?.attempt === 1 ? (times.waitedMs ?? undefined) : undefined;
  if (waitedMs !== undefined) metrics.jobs.claimed(kind, waitedMs);
  // What was killed has been counted by whoever did it, whether an attempt was under way or not.
  if (times && isSettled(times.state) && outcome === times.state && outcome !== 'killed')
    metrics.jobs.ended({ kind, outcome: times.state, ms: times.tookMs ?? undefined });
  log.info('job attempt', {
    jobId,
    accountId,
    kind,
    ...(times && { attempt: times.attempt }),
    outcome,
    ms: Math.round(ms),
    ...(waitedMs !== undefined && { waitedMs: Math.round(waitedMs) }),
  });
};

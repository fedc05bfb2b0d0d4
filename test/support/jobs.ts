import { setTimeout as sleep } from 'node:timers/promises';
import { claimJob } from '../../src/db/job-attempts.ts';
import type { JobFigures, JobRef } from '../../src/domain/job.ts';
import type { JobOutcome } from '../../src/queue/jobs.ts';
import type { LiveHandle } from '../../workers/live-handle.ts';
import { createPulse } from '../../workers/pulse.ts';
import { runJob, type AttemptResult } from '../../workers/run-job.ts';
import { sweep } from '../../workers/sweep.ts';
import { endOf, type JobBody } from './client.ts';
import type { Harness } from './harness.ts';

/** The queue's side of a job, for attempts that a test runs by hand. Remembers what was written. */
export interface FakeLive extends LiveHandle {
  written: JobFigures[];
  outcome: JobOutcome | undefined;
}

export const createFakeLive = (shown?: JobFigures): FakeLive => {
  const live: FakeLive = {
    shown,
    written: [],
    outcome: undefined,
    writeFigures: async (figures) => {
      live.written.push(figures);
    },
    writeOutcome: async (outcome) => {
      live.outcome = outcome;
    },
  };
  return live;
};

const never = new AbortController().signal;

/** One attempt, as a worker would make it. */
export const attempt = async (
  { deps, accountId }: Pick<Harness, 'deps' | 'accountId'>,
  id: string,
  { live = createFakeLive(), shutdown = never }: Partial<{ live: FakeLive; shutdown: AbortSignal }> = {},
): Promise<AttemptResult> => {
  const pulse = createPulse(deps, { intervalMs: 50 });
  try {
    return await runJob(deps, { id, accountId }, live, { pulse, shutdown });
  } finally {
    pulse.close();
  }
};

/**
 * Waits until a job has ended, with the sweeps that a worker process makes meanwhile: a queue that was away may miss any
 * job, and more than once.
 */
export const endWithSweeps = async (harness: Harness, id: string): Promise<JobBody> => {
  const stop = new AbortController();
  const sweeping = (async () => {
    while (!stop.signal.aborted) {
      await sweep(harness.deps, 0);
      await sleep(200);
    }
  })();
  try {
    return await endOf(harness, id);
  } finally {
    stop.abort();
    await sweeping;
  }
};

/** So many attempts whose workers died, the last one long enough ago that nobody waits for it. */
export const dieTrying = async (
  { deps, accountId }: Pick<Harness, 'deps' | 'accountId'>,
  id: string,
  attempts: number,
): Promise<void> => {
  for (let tries = 0; tries < attempts; tries += 1) await claimJob(deps.db, accountId, id);
  await deps.db.query(`update jobs set attempt_started_at = '2026-01-02T03:04:05Z' where id = $1`, [id]);
};

export const jobRow = async ({ deps }: Pick<Harness, 'deps'>, id: string): Promise<Record<string, unknown>> => {
  const { rows } = await deps.db.query<Record<string, unknown>>('select * from jobs where id = $1', [id]);
  return rows[0]!;
};

export const countOf = async ({ deps }: Pick<Harness, 'deps'>, table: string): Promise<number> => {
  const { rows } = await deps.db.query<{ n: number }>(`select count(*) as n from ${table}`);
  return rows[0]!.n;
};

export const refOf = (
  { accountId }: Pick<Harness, 'accountId'>,
  id: string,
  kind: JobRef['kind'] = 'build',
): JobRef => ({
  id,
  accountId,
  kind,
  appId: null,
  installationId: null,
});

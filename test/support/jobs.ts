import type { JobFigures, JobRef } from '../../src/domain/job.ts';
import type { JobOutcome } from '../../src/queue/jobs.ts';
import type { AttemptResult, LiveHandle } from '../../workers/run-job.ts';
import { runJob } from '../../workers/run-job.ts';
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
export const attempt = (
  { deps, accountId }: Pick<Harness, 'deps' | 'accountId'>,
  id: string,
  {
    live = createFakeLive(),
    lost = never,
    shutdown = never,
  }: Partial<{ live: FakeLive; lost: AbortSignal; shutdown: AbortSignal }> = {},
): Promise<AttemptResult> => runJob(deps, { id, accountId }, live, { lost, shutdown });

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

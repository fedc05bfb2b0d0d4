import { setTimeout as sleep } from 'node:timers/promises';
import { findJob } from '../src/db/jobs.ts';
import type { Deps } from '../src/deps.ts';
import { isSettled, type JobRef, type JobState } from '../src/domain/job.ts';
import type { JobOutcome } from '../src/queue/jobs.ts';
import type { LiveHandle } from './live-handle.ts';

type Ref = Pick<JobRef, 'id' | 'accountId'>;

/**
 * What the queue shows has to agree with a row that is settled.
 *
 * @returns the row's state, or `gone`.
 */
export const tellOutcome = async (
  deps: Pick<Deps, 'db' | 'log'>,
  { id, accountId }: Ref,
  live: LiveHandle,
): Promise<JobState | 'gone'> => {
  const job = await findJob(deps.db, accountId, id);
  if (!job) return 'gone';
  const { state, progress, total, message, appId, installationId } = job;
  if (isSettled(state)) await writeOutcome(deps, id, live, { state, progress, total, message, appId, installationId });
  return state;
};

const OUTCOME_TRIES = 3;

/** The row is settled already, so a queue that is away is no failure: pollers are answered from the row. */
export const writeOutcome = async (
  { log }: Pick<Deps, 'log'>,
  jobId: string,
  live: LiveHandle,
  outcome: JobOutcome,
): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await live.writeOutcome(outcome);
    } catch (err) {
      if (tries >= OUTCOME_TRIES) return log.warn('outcome not written to the queue', { jobId, err });
      await sleep(100 * tries);
    }
  }
};

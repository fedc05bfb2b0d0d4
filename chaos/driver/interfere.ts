import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.ts';
import { UnansweredError, type Client } from './client.ts';
import type { Accepted } from './requests.ts';

/** In so many of all jobs a person changes their mind. */
const CANCELLED = 0.12;
const CANCEL_WITHIN_MS = 400;
const RETRIED = 0.5;

const jobRoute = ({ jobId }: Accepted): string => `/api/v2/apps/job_statuses/${jobId}`;

/** Cancels some jobs, before, while or after they run. */
export const maybeCancel = async (client: Client, random: Random, asked: Accepted): Promise<void> => {
  if (!random.chance(CANCELLED)) return;
  await sleep(random.below(CANCEL_WITHIN_MS));
  // From now on it may end as killed, whatever the answer is.
  asked.cancelled = true;
  await ignoreUnanswered(client.send({ method: 'DELETE', route: jobRoute(asked), tenant: asked.tenant }));
};

/** Asks for another attempt of some jobs that have ended without success. @returns whether there will be one. */
export const maybeRetry = async (client: Client, random: Random, asked: Accepted): Promise<boolean> => {
  if (!random.chance(RETRIED)) return false;
  // Counted before it is sent: an answer that is lost may have been a yes.
  asked.retries += 1;
  const answer = await ignoreUnanswered(
    client.send({
      method: 'POST',
      route: `${jobRoute(asked)}/retry`,
      tenant: asked.tenant,
      key: `${asked.mark}-retry-${asked.retries}`,
    }),
  );
  return answer !== undefined && answer.status < 300;
};

const ignoreUnanswered = async <T>(sending: Promise<T>): Promise<T | undefined> => {
  try {
    return await sending;
  } catch (err) {
    if (err instanceof UnansweredError) return undefined;
    throw err;
  }
};

import { setTimeout as sleep } from 'node:timers/promises';
import type { JobAnswer } from '../../src/cli/push-client.ts';
import type { System } from './system.ts';

type Api = Pick<System, 'origin' | 'authorization'>;

export const POLL_MS = 5;
const LIMIT_MS = 60_000;

export const jobUrl = ({ origin }: Pick<System, 'origin'>, id: string): string =>
  `${origin}/api/v2/apps/job_statuses/${id}.json`;

/** One poll, as the vendors' clients send it. */
export const pollJob = async (api: Api, id: string): Promise<JobAnswer> => {
  const answer = await fetch(jobUrl(api, id), { headers: { authorization: api.authorization } });
  if (!answer.ok) throw new Error(`a poll was answered with ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as JobAnswer;
};

/** Polls every 5 ms until the job is completed. @throws Error when it ended otherwise, or not within a minute. */
export const untilCompleted = async (api: Api, id: string): Promise<void> => {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    const { status, message } = await pollJob(api, id);
    if (status === 'completed') return;
    if (status === 'failed' || status === 'killed') throw new Error(`job ${id} is ${status}: ${message}`);
    if (Date.now() > deadline) throw new Error(`job ${id} was not completed within ${LIMIT_MS} ms: ${message}`);
    await sleep(POLL_MS);
  }
};

import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { Outages, StoreName } from '../stores/outages.ts';
import type { Client } from './client.ts';
import type { Asked, EndState, Seen } from './ledger.ts';
import type { Tally } from './tally.ts';

/** Soon at first, so that short work is seen under way; then once a second, as the vendors' clients do. */
const FIRST_MS = 60;
const LATER_MS = 1_000;
const GROWTH = 1.4;
const ENDS: readonly string[] = ['completed', 'failed', 'killed'] satisfies EndState[];

export const isEnd = (state: string): state is EndState => ENDS.includes(state);

export interface PollContext {
  client: Client;
  random: Random;
  outages: Outages;
  tally: Tally;
  /** Where the queue is. */
  queueStore: StoreName;
  /** Fires when nobody waits for the end of a job any longer. */
  stop: AbortSignal;
}

/**
 * Polls a job until it has ended, and writes down what cannot be true: a state left that is final, progress that falls,
 * an answer that is none.
 *
 * @param stop fires when nobody waits any longer.
 * @returns what was seen last; undefined: `stop` came first.
 */
export const pollUntilEnd = async (
  { client, random, stop, outages, tally, queueStore }: PollContext,
  asked: Asked & { jobId: string },
): Promise<Seen | undefined> => {
  // After another attempt was asked for, what was seen before is over.
  let before = asked.seen && asked.retries === asked.seenRetries ? asked.seen : undefined;
  asked.seenRetries = asked.retries;
  for (let wait = FIRST_MS; !stop.aborted; wait = Math.min(LATER_MS, wait * GROWTH)) {
    const at = Date.now();
    const answer = await client.sendOnce({
      method: 'GET',
      route: `/api/v2/apps/job_statuses/${asked.jobId}.json`,
      tenant: asked.tenant,
    });
    const seen = answer && readPoll(asked, answer, at);
    if (seen) {
      compare(asked, before, seen, { outages, tally, queueStore });
      asked.seen = before = seen;
      if (isEnd(seen.state)) return seen;
    }
    await sleep(wait * (0.5 + random.next()), undefined, { signal: stop }).catch(() => undefined);
  }
  return undefined;
};

/** Undefined: it could not be told right now, which is no news. */
const readPoll = (
  asked: Asked,
  { status, body }: { status: number; body: Record<string, unknown> },
  at: number,
): Seen | undefined => {
  // A 5xx is counted elsewhere.
  if (status >= 500) return undefined;
  const { status: state, progress, total, message, app_id: appId, retry_in: retryIn } = body;
  if (status !== 200 || typeof state !== 'string' || typeof progress !== 'number' || typeof total !== 'number') {
    asked.contradictions.push(`a poll was answered with ${status} ${JSON.stringify(body)}`);
    return undefined;
  }
  // No store could be asked: the row is not what this answer is of.
  if (state === 'queued' && retryIn === 5) return undefined;
  return {
    state,
    progress,
    total,
    appId: typeof appId === 'number' ? appId : null,
    message: String(message),
    at,
  };
};

/** A job that was taken back by one worker and not yet taken by another is queued again: only ends are final. */
const compare = (
  asked: Asked,
  before: Seen | undefined,
  seen: Seen,
  { outages, tally, queueStore }: Pick<PollContext, 'outages' | 'tally' | 'queueStore'>,
): void => {
  if (!before) return;
  const told = (what: Seen): string => `${what.state} ${what.progress}/${what.total} "${what.message}"`;
  // Of one that a person stopped, what was done may be undone, and the figures with it.
  const mayFall = seen.state === 'killed';
  // Figures younger than a second are in the queue alone: while it is away, and once it has forgotten, the row answers.
  if (seen.progress < before.progress && outages.wasAway(queueStore, before.at, seen.at)) tally.excusedFalls += 1;
  else if (seen.progress < before.progress && !mayFall)
    asked.contradictions.push(`progress fell: ${told(before)}, then ${told(seen)}`);
  if (isEnd(before.state) && seen.state !== before.state)
    asked.contradictions.push(`a final state was left: ${told(before)}, then ${told(seen)}`);
};

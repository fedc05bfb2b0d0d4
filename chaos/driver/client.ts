import { setTimeout as sleep } from 'node:timers/promises';
import type { Tenant } from '../accounts.ts';
import type { Random } from '../random.ts';
import type { Outages } from '../stores/outages.ts';
import type { Tally } from './tally.ts';

/** What a client sends; the same again when it repeats it. */
export interface Sent {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  route: string;
  tenant: Tenant;
  body?: FormData | Record<string, unknown>;
  /** `Idempotency-Key` */
  key?: string;
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** Nobody knows whether the request was carried out. */
export class UnansweredError extends Error {}

export interface ClientOptions {
  origins: readonly string[];
  random: Random;
  tally: Tally;
  outages: Outages;
  /** Until a request is given up, in milliseconds. */
  limitMs: number;
}

export interface Client {
  /**
   * Sends a request until it has an answer that is none of a server in trouble, to whichever API is there, as a CI job
   * behind a load balancer does.
   *
   * @throws UnansweredError when there is none in time, or it may not be repeated.
   */
  send(sent: Sent): Promise<Answer>;
  /** Sends it once. Undefined: the connection broke. */
  sendOnce(sent: Sent): Promise<Answer | undefined>;
}

const ANSWER_MS = 30_000;
const AGAIN_MS = [100, 600] as const;

export const createClient = ({ origins, random, tally, outages, limitMs }: ClientOptions): Client => {
  /** As a load balancer: where a connection is refused, nothing was read, and another server is asked. */
  const fetchAnywhere = async (sent: Sent): Promise<Response> => {
    const [first = '', ...others] = random.shuffle(origins);
    let asking = fetch(first + sent.route, requestOf(sent));
    for (const origin of others)
      asking = asking.catch((err: unknown) => {
        if (reasonOf(err) !== 'ECONNREFUSED') throw err;
        tally.connectionError('ECONNREFUSED, another API was asked');
        return fetch(origin + sent.route, requestOf(sent));
      });
    return asking;
  };
  const attempt = async (sent: Sent): Promise<Answer | { broken: string }> => {
    try {
      const answer = await fetchAnywhere(sent);
      const body = await bodyOf(answer);
      if (answer.status >= 500) tally.serverError(sent, { status: answer.status, body }, outages.recent());
      return { status: answer.status, body };
    } catch (err) {
      const broken = reasonOf(err);
      tally.connectionError(broken);
      return { broken };
    }
  };

  return {
    async send(sent) {
      const giveUp = Date.now() + limitMs;
      for (;;) {
        const answer = await attempt(sent);
        if (!('broken' in answer) && !mayBeRepeated(answer)) return answer;
        const why = 'broken' in answer ? answer.broken : `${answer.status} ${String(answer.body['error'])}`;
        if (!isHarmless(sent, why)) throw new UnansweredError(`${sent.method} ${sent.route}: ${why}`);
        if (Date.now() > giveUp)
          throw new UnansweredError(`${sent.method} ${sent.route}: given up after ${limitMs} ms: ${why}`);
        await sleep(random.between(...AGAIN_MS));
      }
    },
    async sendOnce(sent) {
      const answer = await attempt(sent);
      return 'broken' in answer ? undefined : answer;
    },
  };
};

/** A store is away, too many requests, or the first request of this key is still under way. */
const mayBeRepeated = ({ status, body }: Answer): boolean =>
  status >= 500 || status === 429 || (status === 409 && body['error'] === 'request_in_progress');

/** May it be sent again although it may have been carried out? Refused connections were not even read. */
const isHarmless = ({ method, key }: Sent, why: string): boolean =>
  why === 'ECONNREFUSED' || method === 'GET' || method === 'DELETE' || key !== undefined;

const requestOf = ({ method, tenant, body, key }: Sent): RequestInit => {
  const isForm = body instanceof FormData;
  return {
    method,
    headers: {
      authorization: `Bearer ${tenant.token}`,
      ...(key !== undefined && { 'idempotency-key': key }),
      ...(body !== undefined && !isForm && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(ANSWER_MS),
  };
};

const bodyOf = async (answer: Response): Promise<Record<string, unknown>> => {
  const text = await answer.text();
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? { ...body } : { text };
  } catch {
    return { text };
  }
};

/** The system's code of it. Node hides it in the cause, and there in the cause of several addresses. */
const reasonOf = (err: unknown): string => {
  if (!(err instanceof Error)) return String(err);
  const cause = err.cause instanceof AggregateError ? err.cause.errors[0] : err.cause;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return err.name === 'TimeoutError' ? `no answer within ${ANSWER_MS / 1_000} s` : err.message;
};

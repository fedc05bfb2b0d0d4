import type { Answer, Sent } from './client.ts';

/** What clients met with, counted. */
export interface Tally {
  /** @param away stores that are away, or were a moment ago. */
  serverError(sent: Sent, answer: Answer, away: readonly string[]): void;
  connectionError(reason: string): void;
  /** `503 unavailable, POST /api/v2/apps/uploads, while S3 was away` -> how often */
  serverErrors: ReadonlyMap<string, number>;
  /** ECONNREFUSED … -> how often */
  connectionErrors: ReadonlyMap<string, number>;
  /** Answers that may never be: a 5xx to a poll, a 5xx that is not 503. */
  forbidden: readonly string[];
  /** How often progress fell because Redis was away or had forgotten it. */
  excusedFalls: number;
}

export const createTally = (): Tally => {
  const serverErrors = new Map<string, number>();
  const connectionErrors = new Map<string, number>();
  const forbidden: string[] = [];
  return {
    serverErrors,
    connectionErrors,
    forbidden,
    excusedFalls: 0,
    serverError({ method, route }, { status, body }, away) {
      const cause = away.length === 0 ? 'with every store there' : `while ${away.join(' and ')} was away`;
      const what = `${status} ${String(body['error'])}, ${method} ${withoutIds(route)}, ${cause}`;
      serverErrors.set(what, (serverErrors.get(what) ?? 0) + 1);
      const isPoll = method === 'GET' && route.includes('/job_statuses/');
      if (isPoll || status !== 503) forbidden.push(`${what}: ${method} ${route} ${JSON.stringify(body)}`);
    },
    connectionError(reason) {
      connectionErrors.set(reason, (connectionErrors.get(reason) ?? 0) + 1);
    },
  };
};

const withoutIds = (route: string): string => route.replace(/\/([0-9a-f]{32}|\d+)/g, '/{id}').replace(/\.json$/, '');

import { expect } from 'vitest';
import type { Harness, RequestOptions } from './harness.ts';

type Api = Pick<Harness, 'request'>;

export interface Sent {
  status: number;
  text: string;
  /** Of the header that marks a repeat. */
  replayed: string | null;
  headers: Headers;
}

/** Sends a request under a key. */
export const sendKeyed = async (
  { request }: Api,
  route: string,
  key: string,
  options: RequestOptions,
): Promise<Sent> => {
  const answer = await request(route, {
    method: 'POST',
    ...options,
    headers: { ...options.headers, 'idempotency-key': key },
  });
  const { status, headers } = answer;
  return { status, headers, text: await answer.text(), replayed: headers.get('idempotency-replayed') };
};

/** The answer without what is of its own time, and of its own request. */
const shownHeaders = ({ headers }: Sent): Record<string, string> => {
  const { date: _, 'x-request-id': __, ...rest } = Object.fromEntries(headers);
  return Object.fromEntries(Object.entries(rest).filter(([name]) => name !== 'idempotency-replayed'));
};

/** Sends a request that makes something, and sends it again: the same answer, marked. Gives its body. */
export const expectReplay = async <T>(
  api: Api,
  route: string,
  key: string,
  { status, ...options }: RequestOptions & { status: number },
): Promise<T> => {
  const first = await sendKeyed(api, route, key, options);
  expect(`${route} ${first.status} ${first.status === status ? '' : first.text}`).toBe(`${route} ${status} `);
  expect(first.replayed).toBeNull();
  const second = await sendKeyed(api, route, key, options);
  expect([second.status, second.text, second.replayed]).toEqual([status, first.text, 'true']);
  expect(shownHeaders(second)).toEqual(shownHeaders(first));
  return JSON.parse(first.text) as T;
};

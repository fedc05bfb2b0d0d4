import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, it, onTestFinished } from 'vitest';
import { giveRequestId } from '../../../src/http/request-id.ts';
import { os1Errors } from '../../../src/http/dialects/os1/errors.ts';
import { AppError } from '../../../src/errors.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** What the door answers when this is thrown. */
const answerTo = async (err: Error): Promise<Response> => {
  const app = express();
  app.use(giveRequestId, () => {
    throw err;
  });
  app.use(os1Errors({ log }));
  const server = app.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
};

it.each([
  [30, '30'],
  [0.2, '1'],
  [undefined, '1'],
])('says after how many seconds to come back when there were too many requests: %s', async (retryAfter, header) => {
  const response = await answerTo(Object.assign(new AppError('too_many_tries', 429, 'Wait.'), { retryAfter }));
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, header]);
  expect(await response.json()).toMatchObject({
    error: { code: 'too_many_tries', message: 'There were too many requests.', description: 'Wait.', details: [] },
  });
});

it('names 50 fields at the most', async () => {
  const details = Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`field_${i}`, ['is wrong']]));
  const response = await answerTo(new AppError('invalid_request', 422, 'Much is wrong.', { details }));
  const { error } = (await response.json()) as { error: { details: unknown[] } };
  expect([response.status, error.details.length, error.details[0]]).toEqual([
    400,
    50,
    { field: 'field_0', message: 'is wrong' },
  ]);
});

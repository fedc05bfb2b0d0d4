import express from 'express';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { AppError, InvalidRequestError } from '../../../src/errors.ts';
import { kustomerErrors } from '../../../src/http/dialects/kustomer/errors.ts';
import { quietLog } from '../../support/harness.ts';
import type { ErrorEntry } from '../../support/kustomer.ts';

/** What a client hears of a failure. */
const answerTo = async (err: unknown) => {
  const app = express();
  app.use(() => {
    throw err;
  });
  app.use(kustomerErrors({ log: quietLog() }));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return { response, errors: ((await response.json()) as { errors: ErrorEntry[] }).errors };
  } finally {
    server.close();
  }
};

describe('errors of the Kustomer door', () => {
  it('says 429 with the time to wait', async () => {
    const limited = Object.assign(new AppError('too_many_requests', 429, 'Too many.'), { retryAfter: 7 });
    const { response, errors } = await answerTo(limited);
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
    expect(errors).toMatchObject([{ status: 429, code: 'too_many_requests', message: 'Too many.' }]);
  });

  it('sends no figures of a limit that is not there', async () => {
    const { response } = await answerTo(new AppError('not_found', 404, 'Nothing.'));
    expect([...response.headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
  });

  it('counts what it does not list', async () => {
    const details = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`m${i}`, ['is unknown']]));
    const { response, errors } = await answerTo(new InvalidRequestError('many', details));
    expect(response.status).toBe(400);
    expect(errors).toHaveLength(51);
    expect(errors[0]).toMatchObject({ message: 'm0 is unknown', source: { parameter: 'm0' } });
    expect(errors.at(-1)).toMatchObject({ message: '… and 10 more', source: { parameter: '' } });
  });

  it('names the settings of an installation by their names', async () => {
    const details = { settings: { 'default.key': ['The setting "default.key" is required.'] } };
    const { errors } = await answerTo(new InvalidRequestError('x', details));
    expect(errors).toMatchObject([
      { message: 'The setting "default.key" is required.', source: { parameter: 'settings.default.key' } },
    ]);
  });

  it('gives a status that it has no words for the code of the failure', async () => {
    const { errors } = await answerTo(new AppError('teapot', 418, 'Short and stout.'));
    expect(errors).toMatchObject([{ status: 418, code: 'teapot', title: 'Error' }]);
  });
});

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { describe, expect, it, vi } from 'vitest';
import { AppError, InvalidRequestError, UnauthenticatedError, UnavailableError } from '../../../src/errors.ts';
import { kontentErrors } from '../../../src/http/dialects/kontent/errors.ts';
import { giveRequestId } from '../../../src/http/request-id.ts';
import type { Logger } from '../../../src/logger.ts';

const silent = () => ({
  debug: vi.fn<Logger['debug']>(),
  info: vi.fn<Logger['info']>(),
  warn: vi.fn<Logger['warn']>(),
  error: vi.fn<Logger['error']>(),
});

describe('the error envelope of the Kontent.ai door', () => {
  const answerTo = async (err: unknown) => {
    const log = silent();
    const app = express();
    app.use(giveRequestId);
    app.get('/', () => {
      throw err;
    });
    app.use(kontentErrors({ log }));
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      return {
        status: response.status,
        headers: response.headers,
        body: (await response.json()) as Record<string, unknown>,
        log,
      };
    } finally {
      server.close();
      server.closeAllConnections();
    }
  };

  it.each([
    [new AppError('too_many_requests', 429, 'Slow down.'), 429, 10_000],
    [new UnavailableError('The database'), 503, 0],
    [new Error('a bug'), 500, 0],
    [new UnauthenticatedError(), 401, 401],
    [new AppError('forbidden', 403, 'No.'), 403, 403],
    [new AppError('not_found', 404, 'None.'), 404, 100],
    [new AppError('method_not_allowed', 405, 'No.', { details: 'GET' }), 405, 405],
    [new AppError('too_large', 413, 'No.'), 413, 413],
    [new AppError('unsupported_media_type', 415, 'No.'), 415, 415],
    [new AppError('conflict', 409, 'No.'), 400, 5],
    [new InvalidRequestError('No.'), 400, 5],
  ])('has the code of its status: %s is %i with %i', async (err, status, code) => {
    const answer = await answerTo(err);
    expect(answer).toMatchObject({ status, body: { error_code: code, message: expect.stringMatching(/\S/) } });
    expect(answer.body['request_id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('says how long to wait after 429, a second at the least', async () => {
    const wait = async (retryAfter?: unknown): Promise<string | null> =>
      (await answerTo(Object.assign(new AppError('too_many_requests', 429, 'x'), { retryAfter }))).headers.get(
        'retry-after',
      );
    expect(await Promise.all([wait(7), wait(1.2), wait(0), wait(), wait('soon')])).toEqual(['7', '2', '1', '1', '1']);
  });

  it('tells nothing of a bug but the id under which it is logged', async () => {
    const { body, log } = await answerTo(new Error('select secret from somewhere'));
    expect(JSON.stringify(body)).not.toContain('secret');
    const [, fields] = log.error.mock.calls[0]!;
    expect(fields).toMatchObject({ requestId: body['request_id'], err: expect.any(Error) });
  });

  it('logs the id of a refusal and of a store that is away too', async () => {
    const refused = await answerTo(new InvalidRequestError('No.'));
    expect(refused.log.info.mock.calls).toEqual([
      ['request refused', expect.objectContaining({ requestId: refused.body['request_id'], status: 400 })],
    ]);
    const away = await answerTo(new UnavailableError('The database'));
    expect(away.log.warn.mock.calls[0]![1]).toMatchObject({ requestId: away.body['request_id'] });
    expect(away.headers.get('retry-after')).toBe('5');
  });

  it('writes paths as JavaScript does', async () => {
    const details = { 'allowed_roles.0.id': ['a'], '2.value.10.codename': ['b', 'c'], name: ['d'], body: ['e'] };
    expect((await answerTo(new InvalidRequestError('No.', details))).body['validation_errors']).toEqual([
      { path: 'allowed_roles[0].id', message: 'allowed_roles[0].id: a' },
      { path: '[2].value[10].codename', message: '[2].value[10].codename: b' },
      { path: '[2].value[10].codename', message: '[2].value[10].codename: c' },
      { path: 'name', message: 'name: d' },
      { message: 'e' },
    ]);
  });
});

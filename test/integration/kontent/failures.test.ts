import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { environmentOf, inEnvironment, newApp, type Kontent, type KontentError } from '../../support/kontent.ts';

describe('the Kontent.ai door', () => {
  let harness: Harness;
  let send: Kontent;
  beforeAll(async () => {
    harness = await createHarness('redis');
    send = inEnvironment(harness, await environmentOf(harness));
    // From now on the credentials are known without the database.
    await read(await send('GET', '/roles'), 200);
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => harness.close());

  const failWith = (err: Error): void => {
    vi.spyOn(harness.deps.db, 'query').mockRejectedValue(err as never);
    vi.spyOn(harness.deps.db, 'connect').mockRejectedValue(err as never);
  };
  const answers = async (): Promise<{ response: Response; body: KontentError }[]> => {
    const requests = [
      await send('GET', '/custom-apps'),
      await send('POST', '/custom-apps', { json: newApp() }),
      await send('DELETE', '/custom-apps/codename/my_app'),
    ];
    return Promise.all(requests.map(async (response) => ({ response, body: (await response.json()) as KontentError })));
  };

  it('answers 503 in its envelope while the database is away, and says when to come back', async () => {
    failWith(Object.assign(new Error('refused'), { code: 'ECONNREFUSED', syscall: 'connect' }));
    for (const { response, body } of await answers()) {
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
      expect(body).toEqual({
        request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        error_code: 0,
        message: expect.stringContaining('database'),
      });
    }
  });

  it('answers 500 in its envelope to a failure that nobody expected, with the id that is in the log', async () => {
    failWith(new Error('a secret of the database'));
    vi.mocked(harness.deps.log.error).mockClear();
    const all = await answers();
    for (const { response, body } of all) {
      expect([response.status, body.error_code]).toEqual([500, 0]);
      expect(JSON.stringify(body)).not.toContain('secret');
    }
    const logged = vi.mocked(harness.deps.log.error).mock.calls.map(([, fields]) => fields?.['requestId']);
    expect(logged).toEqual(all.map(({ body }) => body.request_id));
    vi.restoreAllMocks();
    expect((await send('GET', '/custom-apps/codename/my_app')).status).toBe(404);
  });
});

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { basic } from '../../support/raw-http.ts';
import { adminPassword, emails } from '../../support/accounts.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { dataOf, refusal, register, REGISTER, versionPath, type RefusalBody } from '../../support/os1.ts';

const TOKEN_HEADER = 'x-developerplatform-access';

describe('credentials', () => {
  let harness: Harness;
  let app: string;
  let version: string;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    ({ appId: app, appVersionId: version } = await register(harness));
  });
  afterAll(() => harness.close());

  const list = (headers: Record<string, string>) => harness.request('/developer/apps', { as: null, headers });

  it('are a token in the header of the vendor, or a bearer', async () => {
    const { agent } = harness.tokens;
    const good = [
      { [TOKEN_HEADER]: agent },
      { [TOKEN_HEADER]: `Bearer ${agent}` },
      { 'X-DeveloperPlatform-Access': ` ${agent} ` },
      { authorization: `Bearer ${agent}` },
      { [TOKEN_HEADER]: '', authorization: `bearer ${agent}` },
    ];
    for (const headers of good) expect(await dataOf(await list(headers))).toMatchObject({ next: null });
  });

  it('in the header of the vendor come before those in the other one', async () => {
    const { agent } = harness.tokens;
    const refused = await list({ [TOKEN_HEADER]: 'wrong', authorization: `Bearer ${agent}` });
    const taken = await list({ [TOKEN_HEADER]: agent, authorization: 'Bearer wrong' });
    expect([refused.status, taken.status]).toEqual([401, 200]);
  });

  it.each<[string, Record<string, string>]>([
    ['none', {}],
    ['an empty header', { [TOKEN_HEADER]: '' }],
    ['a wrong token', { [TOKEN_HEADER]: 'appyard_wrong' }],
    ['a long token', { [TOKEN_HEADER]: 'x'.repeat(5_000) }],
    ['a wrong bearer', { authorization: 'Bearer wrong' }],
    ['a password', { authorization: basic(emails.admin, adminPassword) }],
    ['a password in the header of the vendor', { [TOKEN_HEADER]: basic(emails.admin, adminPassword) }],
  ])('are refused with 401 on every path: %s', async (_name, headers) => {
    const requests: [method: string, path: string, json?: object][] = [
      ['GET', '/developer/apps'],
      ['POST', REGISTER, {}],
      ['GET', `/developer/apps/${app}`],
      ['POST', `/developer/apps/${app}/versions`, {}],
      ['GET', versionPath(version)],
      ['PATCH', versionPath(version), {}],
      ['DELETE', versionPath(version)],
      ['PUT', `${versionPath(version)}/states`, {}],
      ['GET', '/developer/solutions'],
    ];
    for (const [method, path, json] of requests) {
      const response = await harness.request(path, { as: null, method, headers, ...(json && { json }) });
      expect(response.headers.get('www-authenticate')).toBe('Bearer realm="Appyard"');
      const { code, description } = await refusal(response, 401);
      expect([code, description.includes(TOKEN_HEADER)]).toEqual(['unauthenticated', true]);
    }
  });

  it('of nobody do not keep requests from other doors', async () => {
    const response = await harness.request('/developers', { as: null });
    expect([response.status, await response.json()]).toEqual([404, expect.objectContaining({ error: 'not_found' })]);
  });
});

describe('a refusal', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());

  it('has an id of its own, and the logs have the same', async () => {
    const ask = async () => (await (await harness.request('/developer/apps/none')).json()) as RefusalBody;
    const ids = [(await ask()).request.id, (await ask()).request.id];
    expect(new Set(ids).size).toBe(2);
    const logged = vi.mocked(harness.deps.log.info).mock.calls.map(([, fields]) => fields);
    for (const requestId of ids)
      expect(logged).toContainEqual({
        method: 'GET',
        route: '/developer/apps/:appId',
        status: 404,
        reason: 'not_found',
        requestId,
      });
  });

  it('is 503 with Retry-After when the database is away', async () => {
    const { admin } = harness.tokens;
    await dataOf(await harness.request('/developer/apps'));
    const query = vi
      .spyOn(harness.deps.db, 'query')
      .mockRejectedValue(
        Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' }),
      );
    try {
      const response = await harness.request('/developer/apps', { as: null, headers: { [TOKEN_HEADER]: admin } });
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
      const { error } = (await response.json()) as RefusalBody;
      expect(error).toMatchObject({ code: 'unavailable', message: 'The service cannot answer now.', details: [] });
    } finally {
      query.mockRestore();
    }
  });

  it('is 500 that tells nothing of a fault of ours, which is logged with the id', async () => {
    await dataOf(await harness.request('/developer/apps'));
    const query = vi.spyOn(harness.deps.db, 'query').mockRejectedValue(new Error('swordfish'));
    try {
      const response = await harness.request('/developer/apps');
      const body = (await response.json()) as RefusalBody;
      expect([response.status, body.error.code, JSON.stringify(body).includes('swordfish')]).toEqual([
        500,
        'internal',
        false,
      ]);
      expect(vi.mocked(harness.deps.log.error).mock.calls.at(-1)?.[1]).toMatchObject({ requestId: body.request.id });
    } finally {
      query.mockRestore();
    }
  });
});

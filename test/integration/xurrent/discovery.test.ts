import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../../support/harness.ts';
import { sendRaw } from '../../support/raw-http.ts';
import { send } from '../../support/xurrent.ts';

describe('discovery', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres', { env: { PUBLIC_URL: 'https://apps.test' } });
  });
  afterAll(() => harness.close());

  /** All of the answer but its request id, with the name of the account replaced. */
  const answerOf = async (path: string, { name, host }: { name: string; host: string }) => {
    const { status, headers, body } = await sendRaw(harness.origin, { path, headers: { host } });
    const { 'x-request-id': _id, date: _date, ...rest } = headers;
    return JSON.parse(JSON.stringify([status, rest, body.toString()]).replaceAll(name, 'NAME')) as unknown;
  };

  it.each(['jwks', 'jwks.json', 'openid-configuration'])(
    'answers %s of an account that does not exist like one without keys',
    async (document) => {
      const below = (name: string) =>
        answerOf(`/accounts/${name}/.well-known/${document}`, { name: name.toLowerCase(), host: 'apps.test' });
      const at = (name: string) => answerOf(`/.well-known/${document}`, { name, host: `${name}.apps.test` });
      for (const ask of [below, at]) expect(await ask('ghost')).toEqual(await ask('other'));
      expect(await below('GHOST')).toEqual(await below('OTHER'));
      expect(await below('other')).toMatchObject([200, {}, expect.any(String)]);
    },
  );

  it('answers 404 to a name that no account can have', async () => {
    for (const name of ['a_b', 'a%20b', '-a', 'x'.repeat(64)])
      expect(await answerOf(`/accounts/${name}/.well-known/jwks`, { name, host: 'apps.test' })).toEqual([
        404,
        expect.anything(),
        expect.anything(),
      ]);
  });

  it("answers for a webhook policy at its account's host only", async () => {
    const json = { jwt_alg: 'es256' };
    const { id } = (await (await send(harness, 'POST', '/v1/webhook_policies', { json })).json()) as { id: number };
    const path = `/webhook_policies/${id}/.well-known/openid-configuration`;
    const at = (host: string) => answerOf(path, { name: 'acme', host });
    expect(await at('acme.apps.test')).toEqual([200, expect.anything(), expect.anything()]);
    const refused = await at('apps.test');
    expect(refused).toEqual([404, expect.anything(), expect.anything()]);
    for (const host of ['other.apps.test', 'ghost.apps.test', '127.0.0.1']) expect(await at(host)).toEqual(refused);
  });
});

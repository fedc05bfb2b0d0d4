import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEnvironment } from '../../../src/use-cases/environments/create-environment.ts';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import {
  environmentOf,
  inEnvironment,
  kontentRefusal,
  newApp,
  type CustomAppBody,
  type Kontent,
  type PageBody,
} from '../../support/kontent.ts';

const PAGE = 50;

describe('a list of custom apps', () => {
  let harness: Harness;
  let environmentId: string;
  let send: Kontent;
  let other: Kontent;
  beforeAll(async () => {
    harness = await createHarness('redis');
    environmentId = await environmentOf(harness);
    send = inEnvironment(harness, environmentId);
    const { id } = await createEnvironment(harness.deps, { subdomain: 'acme', name: 'Staging' });
    other = inEnvironment(harness, id);
    for (let i = 0; i < 2 * PAGE + 5; i++) await add(send, `app_${i}`);
    for (let i = 0; i < PAGE + 1; i++) await add(other, `app_${i}`);
  });
  afterAll(() => harness.close());

  const add = async (where: Kontent, codename: string): Promise<CustomAppBody> =>
    read<CustomAppBody>(await where('POST', '/custom-apps', { json: newApp({ codename }) }), 201);
  const page = async (token?: string | null, where = send): Promise<PageBody> => {
    const headers = typeof token === 'string' ? { 'x-continuation': token } : {};
    return read<PageBody>(await where('GET', '/custom-apps', { headers }), 200);
  };
  const codenames = ({ custom_apps }: PageBody): string[] => custom_apps.map(({ codename }) => codename);
  const named = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `app_${from + i}`);

  it('has the apps of its environment in the order in which they were added, a page at a time', async () => {
    const first = await page();
    const second = await page(first.pagination.continuation_token);
    const third = await page(second.pagination.continuation_token);
    expect(codenames(first)).toEqual(named(0, PAGE));
    expect(codenames(second)).toEqual(named(PAGE, 2 * PAGE));
    expect(codenames(third)).toEqual(named(2 * PAGE, 2 * PAGE + 5));
    expect(third.pagination).toEqual({ continuation_token: null, next_page: null });
  });

  it('gives tokens that fit a header, and an address of the next page that works', async () => {
    const { pagination } = await page();
    expect(pagination.continuation_token).toMatch(/^[\w.-]+$/);
    const address = `/v2/projects/${environmentId}/custom-apps?continuationToken=${pagination.continuation_token}`;
    expect(pagination.next_page).toBe(harness.deps.config.publicUrl + address);
    expect(await read(await harness.request(address), 200)).toEqual(await page(pagination.continuation_token));
  });

  it('neither leaves out nor repeats an app while others are added and removed', async () => {
    const first = await page();
    const token = first.pagination.continuation_token;
    await send('DELETE', '/custom-apps/codename/app_3');
    await send('DELETE', `/custom-apps/codename/app_${PAGE - 1}`);
    await send('DELETE', `/custom-apps/codename/app_${PAGE}`);
    const second = await page(token);
    await add(send, 'late');
    const third = await page(second.pagination.continuation_token);
    expect(codenames(second)).toEqual(named(PAGE + 1, 2 * PAGE + 1));
    expect(codenames(third)).toEqual([...named(2 * PAGE + 1, 2 * PAGE + 5), 'late']);
  });

  it('refuses every token that it has not given for this list', async () => {
    const token = (await page()).pagination.continuation_token!;
    const [payload, signature] = token.split('.') as [string, string];
    const changed = [
      `${Buffer.from('1').toString('base64url')}.${signature}`,
      `${payload}.${'A'.repeat(43)}`,
      `${token}A`,
      `A${token}`,
      payload,
      `${payload}.`,
      `.${signature}`,
      'nonsense',
      '0',
      'W3sidG9rZW4iOiIrUklEOn',
      'x'.repeat(4_000),
    ];
    for (const one of changed) {
      const error = await kontentRefusal(
        await send('GET', '/custom-apps', { headers: { 'x-continuation': one } }),
        400,
      );
      expect(error.validation_errors?.[0]?.path).toBe('x-continuation');
    }
    const query = '?continuationToken[a]=1&continuationToken[b]=2';
    await kontentRefusal(await send('GET', '/custom-apps?continuationToken=a&continuationToken=b'), 400);
    expect((await send('GET', `/custom-apps${query}`)).status).toBe(200);
  });

  it('refuses the token of another environment', async () => {
    const theirs = (await page(undefined, other)).pagination.continuation_token!;
    expect((await page(theirs, other)).custom_apps).toHaveLength(1);
    await kontentRefusal(await send('GET', '/custom-apps', { headers: { 'x-continuation': theirs } }), 400);
  });
});

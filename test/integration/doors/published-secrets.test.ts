import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actingAs } from '../../support/acting-as.ts';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { kustomerClient } from '../../support/kustomer.ts';
import { dataOf, goLive, register } from '../../support/os1.ts';
import { addOffering, publishOffering } from '../../support/xurrent.ts';

/** In every text that only the owner may see. */
const HUSH = 'hush-hush';
const url = (path: string) => `https://${HUSH}:${HUSH}@host.example/${path}`;
const webhook = (path: string) => `${url(path)}?token=${HUSH}#${HUSH}`;

/** As JSON, whatever the status: an error must not show it either. */
const textOf = async (harness: Harness, path: string, as: 'admin' | 'agent' | 'other'): Promise<string> =>
  (await harness.request(path, { as })).text();

describe('another account reads a published record without its secrets', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());

  const publishAll = () => harness.deps.db.query(`update apps set visibility = 'public'`);

  it('Xurrent: the query of a webhook and the password of a page', async () => {
    const { id } = await addOffering(harness, {
      name: 'Hushed',
      webhook_uri_template: `https://hooks.example.com/{account}/hook?token=${HUSH}&account={account}#${HUSH}`,
      configuration_uri_template: `${url('set-up')}?account={account}`,
      picture_uri: `${url('a.png')}?v=2`,
    });
    await publishOffering(harness, id);
    const shown = {
      webhook_uri_template: 'https://hooks.example.com/{account}/hook',
      configuration_uri_template: 'https://host.example/set-up?account={account}',
      picture_uri: 'https://host.example/a.png?v=2',
    };
    const other = actingAs(harness, 'other');
    expect(await read<object>(await other.request(`/v1/app_offerings/${id}`), 200)).toMatchObject(shown);
    const fields = `fields=${Object.keys(shown).join()}`;
    const list = await other.request(`/v1/app_offerings/all_latest_published?${fields}`);
    expect(await read<object[]>(list, 200)).toMatchObject([shown]);

    await other.request('/v1/app_instances', { method: 'POST', json: { app_offering_id: id } });
    for (const path of [`${id}`, 'consumed', `consumed?${fields}`, 'all_latest_published', `${id}/app_instances`])
      expect(await textOf(harness, `/v1/app_offerings/${path}`, 'other')).not.toContain(HUSH);
    expect(await textOf(harness, '/v1/app_instances', 'other')).not.toContain(HUSH);
    for (const path of [`${id}`, `latest_published?${fields}`])
      expect(await textOf(harness, `/v1/app_offerings/${path}`, 'agent')).toContain(`token=${HUSH}`);
  });

  it('Kustomer: what only servers use', async () => {
    const acme = kustomerClient(harness);
    const { id } = await acme.register({
      app: 'hushed',
      version: '0.0.1',
      iconUrl: `${url('icon.png')}?size=64`,
      website: url(''),
      screenshots: [url('1.png')],
      url: url('app'),
      setupUrl: `${url('set-up')}?step=1`,
      redirectUris: [webhook('back')],
      inboundHookUris: { form: webhook('form') },
      auth: { tokenUrl: webhook('token'), clientSecret: HUSH },
      meta: { receivers: [webhook('meta')] },
      commands: [
        {
          name: 'run',
          url: webhook('run'),
          httpMethod: 'POST',
          defaultHeaders: { Authorization: `Bearer ${HUSH}`, 'X-Key': HUSH },
        },
      ],
      outboundWebhooks: [
        {
          name: 'told',
          url: webhook('told'),
          events: ['kustomer.customer.create'],
          headers: [{ name: 'X-Token', value: HUSH }],
        },
      ],
      actions: [{ name: 'act', apiKey: HUSH, url: webhook('act') }],
      workflows: [{ name: 'flow', steps: [{ action: 'act', params: { authToken: HUSH, uri: webhook('flow') } }] }],
      kviews: [{ name: 'view', src: `${url('view')}?tab=1` }],
    });
    await publishAll();
    const other = kustomerClient(harness, 'other');
    const seen = (await other.available()).find((one) => one.id === id)!.attributes;
    expect(seen).toMatchObject({
      iconUrl: 'https://host.example/icon.png?size=64',
      setupUrl: 'https://host.example/set-up?step=1',
      redirectUris: ['https://host.example/back'],
      commands: [
        { url: 'https://host.example/run', defaultHeaders: { Authorization: '(hidden)', 'X-Key': '(hidden)' } },
      ],
      outboundWebhooks: [{ url: 'https://host.example/told', headers: [{ name: 'X-Token', value: '(hidden)' }] }],
      kviews: [{ src: 'https://host.example/view?tab=1' }],
    });
    await other.install({ app: seen.app });
    for (const path of ['/v1/apps/available', `/v1/apps/available/${id}`, '/v1/apps', `/v1/apps/${id}`])
      expect(await textOf(harness, path, 'other')).not.toContain(HUSH);
    expect(await textOf(harness, `/v1/apps/available/${id}`, 'agent')).toContain(`token=${HUSH}`);
  });

  it('OS1: servers, repositories and passwords of pages', async () => {
    const { appId, appVersionId } = await register(harness, {
      visibility: { isPrivate: false },
      url: { server: webhook('server'), gitInfo: webhook('git'), admin: `${url('admin')}?tab=1`, setting: url('set') },
      menu: [{ displayName: 'Home', relativePath: `${url('home')}?tab=1` }],
    });
    await goLive(harness, appVersionId);
    const seen = await dataOf<object>(await harness.request(`/developer/apps/${appId}`, { as: 'other' }));
    expect(seen).toMatchObject({
      url: { admin: 'https://host.example/admin?tab=1', setting: 'https://host.example/set' },
      menu: [{ displayName: 'Home', relativePath: 'https://host.example/home?tab=1' }],
    });
    for (const path of ['/developer/apps', `/developer/apps/${appId}`, `/developer/apps/versions/${appVersionId}`])
      expect(await textOf(harness, path, 'other')).not.toContain(HUSH);
    expect(await textOf(harness, `/developer/apps/${appId}`, 'agent')).toContain(`token=${HUSH}`);
  });

  it('no list of our own API shows one', async () => {
    await publishAll();
    for (const path of ['apps', 'installations', 'jobs', 'audit_logs'])
      expect(await textOf(harness, `/api/appyard/v1/${path}`, 'other')).not.toContain(HUSH);
    for (const path of ['apps', 'apps/public', 'apps/installations', 'audit_logs'])
      expect(await textOf(harness, `/api/v2/${path}.json`, 'other')).not.toContain(HUSH);
  });
});

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { migrationsDir } from '../../../src/cli/project-root.ts';
import { buildApp, install, read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { environmentOf, newApp } from '../../support/kontent.ts';
import { kustomerClient } from '../../support/kustomer.ts';
import { patch as patchOs1, register } from '../../support/os1.ts';
import { buildArchive } from '../../support/packages.ts';
import { addOffering, send } from '../../support/xurrent.ts';

const HUSH = 'hush-hush';
const page = `https://ada:${HUSH}@host.example/page`;
const hook = `${page}?token=${HUSH}#${HUSH}`;

describe('secrets of URLs', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());

  /** What was written since the last time. */
  const entries = async (): Promise<{ before: Record<string, unknown> | null; after: Record<string, unknown> }[]> => {
    const { rows } = await harness.deps.db.query<{
      id: number;
      before: Record<string, unknown> | null;
      after: Record<string, unknown>;
    }>('delete from audit_entries returning before, after, id');
    expect(JSON.stringify(rows)).not.toContain(HUSH);
    return rows.toSorted((a, b) => a.id - b.id);
  };

  it('stay out of the audit log when a Kontent app is made and changed', async () => {
    const apps = `/v2/projects/${await environmentOf(harness)}/custom-apps`;
    await entries();
    const json = { ...newApp(), source_url: hook };
    const { id } = await read<{ id: string }>(await harness.request(apps, { method: 'POST', json }), 201);
    const steps = [{ op: 'replace', property_name: 'source_url', value: `${page}/2` }];
    await read(await harness.request(`${apps}/${id}`, { method: 'PATCH', json: steps }), 200);
    expect(await entries()).toMatchObject([
      { after: { sourceUrl: 'https://host.example/page' } },
      { after: { sourceUrl: 'https://host.example/page/2' } },
    ]);
  });

  it('stay out of the audit log when a Kustomer app is registered and changed', async () => {
    const client = kustomerClient(harness);
    await entries();
    await client.register({ app: 'hushed', version: '0.0.1', iconUrl: hook, screenshots: [hook], website: page });
    await read(await client.send('PATCH', '/v1/apps/available/hushed-latest', { iconUrl: `${hook}2` }), 200);
    expect(await entries()).toMatchObject([{ after: { iconUrl: 'https://host.example/page' } }, {}]);
  });

  it('stay out of the audit log when an OS1 app is registered and changed', async () => {
    await entries();
    const url = { server: hook, gitInfo: hook, admin: hook };
    const { appVersionId } = await register(harness, { url, menu: [{ displayName: 'Home', relativePath: page }] });
    await read(await patchOs1(harness, appVersionId, { url: { server: `${hook}2` } }), 200);
    expect(await entries()).toMatchObject([{ after: { '1.0.0 url': { admin: 'https://host.example/page' } } }, {}]);
  });

  it('stay out of the audit log when a Xurrent offering is made and changed', async () => {
    await entries();
    const { id } = await addOffering(harness, {
      webhook_uri_template: `https://hooks.example.com/?token=${HUSH}`,
      configuration_uri_template: page,
    });
    const json = { webhook_uri_template: `https://hooks.example.com/?token=${HUSH}2` };
    await read(await send(harness, 'PATCH', `/v1/app_offerings/${id}`, { json }), 200);
    expect(await entries()).toHaveLength(2);
  });

  it('stay out of the audit log when they are settings of an installation', async () => {
    const worker = harness.startWorker();
    const app = await buildApp(harness, buildArchive({ manifest: { parameters: [{ name: 'server', type: 'url' }] } }));
    await worker.close(1_000);
    await entries();
    const { id } = await install(harness, app, { name: 'Mine', server: page });
    const json = { settings: { server: `${page}/2` } };
    await read(await harness.request(`/api/v2/apps/installations/${id}`, { method: 'PUT', json }), 200);
    expect(await entries()).toMatchObject([{}, { after: { 'settings.server': 'https://host.example/page/2' } }]);
  });

  it('are taken out of the entries of earlier releases', async () => {
    const insert = `insert into audit_entries (account_id, action, actor_name, subject_type, subject_name, before, after)
      values ($1, 'update', 'ada', 'app', 'x', $2, $3)`;
    const before = { sourceUrl: `https://ada:${HUSH}@x@host.example/a`, text: 'a "quoted" https://b.example/@c ' };
    const after = { list: [page, 'mail ada@acme.example'], number: 1 };
    await harness.deps.db.query(insert, [harness.accountId, JSON.stringify(before), JSON.stringify(after)]);
    await harness.deps.db.query(insert, [harness.accountId, null, JSON.stringify({ untouched: 'a@b' })]);
    await harness.deps.db.query(await readFile(path.join(migrationsDir, '000033_audit_passwords.sql'), 'utf8'));
    expect(await entries()).toMatchObject([
      {
        before: { sourceUrl: 'https://host.example/a', text: before.text },
        after: { list: ['https://host.example/page', 'mail ada@acme.example'], number: 1 },
      },
      { before: null, after: { untouched: 'a@b' } },
    ]);
  });

  it('and of paths stay out of the log when a request is refused', async () => {
    for (const write of Object.values(harness.deps.log)) vi.mocked(write).mockClear();
    for (const route of ['/v2/projects', '/developer/apps', '/developer', '/v2', '/v1/apps/available', '/api/v2/apps'])
      for (const method of ['GET', 'PUT', 'DELETE'])
        expect((await harness.request(`${route}/${HUSH}?token=${HUSH}`, { method })).status).toBeGreaterThan(399);
    const lines = Object.values(harness.deps.log).flatMap((write) => vi.mocked(write).mock.calls);
    expect(lines.filter(([message]) => message === 'request refused').length).toBeGreaterThan(5);
    expect(inspect(lines, { depth: 9 })).not.toContain(HUSH);
  });
});

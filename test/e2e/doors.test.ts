import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { doors } from '../../src/http/doors.ts';
import { buildApp, read } from '../support/client.ts';
import { createHarness, queueBackends, type Harness } from '../support/harness.ts';
import { environmentOf, newApp } from '../support/kontent.ts';
import { register } from '../support/os1.ts';
import { exampleArchive } from '../support/packages.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { addOffering, publishOffering } from '../support/xurrent.ts';

interface Page<T> {
  data: T[];
}
interface ListedApp {
  id: number;
  kind: string;
  name: string;
}
interface Installed {
  id: number;
  app_kind: string;
  state: string;
  job_id: string;
  job_state: string;
}

/** One app through each door, and all of them through the one pipeline. */
describe.each(queueBackends)('the doors of one catalogue, with the queue on %s', (queue) => {
  let harness: Harness;
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
    harness = await createHarness(queue, { env: { DELIVERY_ALLOW_PRIVATE: 'true' } });
    harness.startWorker();
  });
  afterAll(async () => {
    await harness.close();
    await receiver.close();
  });

  const get = async <T>(route: string): Promise<T[]> =>
    (await read<Page<T>>(await harness.request(`/api/appyard/v1/${route}`), 200)).data;

  it('install an app of each through the common pipeline, list them all and keep one log', async () => {
    await buildApp(harness, await exampleArchive('service-desk'));
    const environment = await environmentOf(harness);
    const custom = { method: 'POST', json: newApp() };
    expect((await harness.request(`/v2/projects/${environment}/custom-apps`, custom)).status).toBe(201);
    const kviews = [{ name: 'card', template: '<div/>', resource: 'customer', context: 'smartbar-card' }];
    const json = { app: 'greeter', version: '1.0.0', title: 'Greeter', kviews };
    expect((await harness.request('/v1/apps/available', { method: 'POST', json })).ok).toBe(true);
    await register(harness);
    const offering = await addOffering(harness, { webhook_uri_template: `${receiver.url}/hook?account={account}` });
    await publishOffering(harness, offering.id);

    const apps = await get<ListedApp>('apps');
    expect(apps.map(({ kind }) => kind).toSorted()).toEqual(doors.map(({ kind }) => kind).toSorted());
    const settings: Record<string, object> = { zendesk: { name: 'Desk', team_name: 'Second line' } };
    for (const { id, kind } of apps) {
      const body = { app_id: id, settings: settings[kind] ?? {} };
      const answer = await harness.request('/api/appyard/v1/installations', { method: 'POST', json: body });
      expect(await read(answer, 201)).toMatchObject({ data: { app_id: id, app_kind: kind } });
    }
    await vi.waitFor(
      async () => {
        const installed = await get<Installed>('installations');
        expect(
          installed.map(({ app_kind, state, job_state }) => `${app_kind} ${state} ${job_state}`).toSorted(),
        ).toEqual(doors.map(({ kind }) => `${kind} installed completed`).toSorted());
      },
      { timeout: 20_000 },
    );
    const { rows } = await harness.deps.db.query<{ kind: string; n: number }>(
      `select a.kind, count(*) as n from resources r join installations i on i.id = r.installation_id
         join apps a on a.id = i.app_id group by a.kind order by a.kind`,
    );
    expect(rows).toEqual([
      { kind: 'kustomer', n: 1 },
      { kind: 'zendesk', n: expect.any(Number) },
    ]);

    const log = await get<{ subject: { type: string; id: number }; action: string }>('audit_logs?action=create');
    for (const type of ['app', 'installation'])
      expect(log.filter(({ subject }) => subject.type === type)).toHaveLength(doors.length);
    // The one door that tells somebody does so, wherever the app was installed.
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), { timeout: 20_000 });
  });
});

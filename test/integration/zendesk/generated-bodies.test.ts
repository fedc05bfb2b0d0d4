import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actingAs } from '../../support/acting-as.ts';
import { anyJson, anySettings, goodSettings, headers, mutated, mutation } from '../../support/arbitraries.ts';
import { parameters } from '../../support/bad-values.ts';
import { buildApp, install, read, type InstallationBody } from '../../support/client.ts';
import { buildArchive } from '../../support/packages.ts';
import { nameOf, pathOf, routes, type Ids } from '../../support/routes.ts';
import { aCompactTime, aTime } from '../../support/shapes.ts';
import { createWalk, doorFaultOf, type Walk } from '../../support/walk.ts';

/** Fast-check prints it, and the path to the smallest case, when something fails. */
const SEED = 20_261_122;
const jsonRoutes = routes.filter(({ json }) => json);
/** What nobody but the other account may see, and nobody at all. */
const FOREIGN = 'Foreign-app-of-others';
const SECRET = 'swordfish-2718';

const JSON_TYPE = { 'content-type': 'application/json' };

describe('generated bodies', () => {
  let walk: Walk;
  let foreign: Ids;
  beforeAll(async () => {
    walk = await createWalk();
    const worker = walk.harness.startWorker();
    const other = actingAs(walk.harness, 'other');
    const app = await buildApp(other, buildArchive({ manifest: { parameters, name: FOREIGN } }));
    const { id } = await install(other, app, { name: FOREIGN, token: SECRET });
    await worker.close(1_000);
    foreign = { ...walk.ids, app: String(app), installation: String(id) };
  });
  afterAll(() => walk.harness.close());

  const list = async (): Promise<InstallationBody[]> =>
    (await read<{ installations: InstallationBody[] }>(await walk.harness.request('/api/sell/apps/installations'), 200))
      .installations;

  /** Sends one, and says what is wrong with the answer, or with what it has done. */
  const faultsAfter = async (
    index: number,
    { ids, ...sent }: { headers: Record<string, string>; body: string; ids: Ids },
  ): Promise<string[]> => {
    const route = jsonRoutes[index % jsonRoutes.length]!;
    const path = pathOf(route, ids);
    const answer = await walk.send(route, { path, ...sent });
    const text = answer.body.toString();
    const faults = walk.ownFaults();
    const refused = answer.status < 300 ? undefined : doorFaultOf(route, answer);
    if (refused !== undefined) faults.push(refused);
    if ([FOREIGN, SECRET].some((hidden) => text.includes(hidden))) faults.push(`shows what is hidden: ${text}`);
    if (answer.status <= 201 && path.includes('/apps/installations')) {
      const { id } = JSON.parse(text) as InstallationBody;
      const kept = (await list()).find((one) => one.id === id);
      if (!isDeepStrictEqual(kept, JSON.parse(text))) faults.push(`${text} is kept as ${JSON.stringify(kept)}`);
    }
    return faults.map((fault) => `${nameOf(route)}: ${fault}`);
  };

  it('are answered or refused, whatever JSON they hold', async () => {
    const route = fc.nat(jsonRoutes.length - 1);
    await fc.assert(
      fc.asyncProperty(route, anyJson, headers, async (index, json, some) => {
        const sent = { headers: some, body: JSON.stringify(json), ids: walk.ids };
        expect(await faultsAfter(index, sent)).toEqual([]);
      }),
      { seed: SEED, numRuns: 250 },
    );
  });

  it('are answered or refused when something is done to a good one', async () => {
    const route = fc.nat(jsonRoutes.length - 1);
    await fc.assert(
      fc.asyncProperty(route, mutation, headers, fc.boolean(), async (index, change, some, own) => {
        const ids = own ? walk.ids : foreign;
        const body = mutated(jsonRoutes[index]!.json!.good(ids), change);
        expect(await faultsAfter(index, { headers: some, body, ids })).toEqual([]);
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  it('are answered or refused, whatever settings they hold', async () => {
    const index = fc.constantFrom(
      ...['POST', 'PUT'].map((method) =>
        jsonRoutes.findIndex((route) => route.method === method && route.path.includes('/apps/installations')),
      ),
    );
    await fc.assert(
      fc.asyncProperty(index, anySettings, fc.boolean(), async (at, settings, flat) => {
        const given = flat
          ? { settings: Object.fromEntries(settings) }
          : { settings_objects: settings.map(([name, value]) => ({ name, value })) };
        const body = JSON.stringify({ app_id: walk.ids.app, ...given });
        expect(await faultsAfter(at, { headers: JSON_TYPE, body, ids: walk.ids })).toEqual([]);
      }),
      { seed: SEED, numRuns: 250 },
    );
  });

  it('with good settings are accepted, shown as they were given, and may be sent back as they are shown', async () => {
    const at = '/api/sell/apps/installations';
    await fc.assert(
      fc.asyncProperty(goodSettings, async (settings) => {
        const json = { app_id: walk.ids.app, settings };
        const made = await read<InstallationBody>(await walk.harness.request(at, { method: 'POST', json }), 201);
        const { token, ...shown } = settings;
        expect(made.settings).toMatchObject({ ...shown, title: settings.name, token: null });
        expect(Object.fromEntries(made.settings_objects.map(({ name, value }) => [name, value]))).toEqual(
          made.settings,
        );
        const put = { method: 'PUT', json: made };
        const same = await read<InstallationBody>(await walk.harness.request(`${at}/${made.id}`, put), 200);
        expect(same).toEqual({ ...made, updated: aCompactTime(), updated_at: aTime() });
        expect(JSON.stringify(made).includes(String(token)) && String(token).length > 8).toBe(false);
      }),
      { seed: SEED, numRuns: 50 },
    );
  });

  it('have left rows that fit each other', async () => {
    const { rows } = await walk.harness.deps.db.query(
      `select (select count(*) from installations i left join jobs j on j.id = i.job_id where j.id is null) as without_job,
         (select count(*) from jobs j left join uploads u on u.job_id = j.id
          where j.kind = 'build' and (u.id is null or u.account_id <> j.account_id)) as without_upload,
         (select count(*) from installations i join app_versions v on v.id = i.version_id where v.app_id <> i.app_id) as of_another_app,
         (select count(*) from installations i join apps a on a.id = i.app_id
          where a.visibility = 'private' and a.account_id <> i.account_id) as of_another_account`,
    );
    expect(rows).toEqual([{ without_job: 0, without_upload: 0, of_another_app: 0, of_another_account: 0 }]);
  });
});

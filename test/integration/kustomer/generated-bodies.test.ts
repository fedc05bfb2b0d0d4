import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isStorable } from '../../../src/domain/storable-text.ts';
import { componentKeys } from '../../../src/http/dialects/kustomer/components.ts';
import { anyJson, headers, mutated, mutation } from '../../support/arbitraries.ts';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { kustomerClient, kustomerFaultOf, organisationIdOf, type AvailableBody } from '../../support/kustomer.ts';

/** Fast-check prints it, and the path to the smallest case, when something fails. */
const SEED = 20_261_122;
const FOREIGN = 'Foreign_app_of_others';

const badName = fc.constantFrom('', 'a\0', '\ud800', 1, {}, 'x'.repeat(500));
const name = fc.oneof(
  fc.constantFrom('card', '__proto__', 'constructor', 'kustomer.app.one.card', 'kustomer.app.two', '.', '<<x>>'),
  fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((text) => isStorable(text) && text.trim() !== ''),
);
/** Mostly good ones, so that some definitions are. */
const mostly = <Good, Bad>(good: fc.Arbitrary<Good>, bad: fc.Arbitrary<Bad>) =>
  fc.oneof({ weight: 60, arbitrary: good }, { weight: 1, arbitrary: bad });
const storableJson = fc
  .jsonValue({ maxDepth: 4, stringUnit: 'grapheme' })
  .filter((json) => !/\\u0000|\\ud/.test(JSON.stringify(json)));
const component = mostly(
  fc.record(
    {
      name: mostly(name, badName),
      eventName: mostly(name, badName),
      trigger: fc.oneof(fc.record({ eventName: name }), storableJson),
      steps: fc.oneof(
        fc.array(fc.record({ action: name })),
        fc.dictionary(name, fc.record({ action: name })),
        storableJson,
      ),
      loose: storableJson,
    },
    { requiredKeys: [] },
  ),
  anyJson,
);
const setting = mostly(
  fc.oneof(
    fc.record({ type: fc.constantFrom('string', 'secret'), defaultValue: name, required: fc.boolean() }),
    fc.record({ type: fc.constant('number'), defaultValue: fc.integer() }),
    fc.record({ type: fc.constant('boolean'), defaultValue: fc.boolean(), description: storableJson }),
    fc.constant({}),
  ),
  fc.record({ type: anyJson, defaultValue: anyJson }),
);
const settings = mostly(
  fc.dictionary(name, mostly(fc.dictionary(name, setting, { maxKeys: 3 }), anyJson), { maxKeys: 3 }),
  anyJson,
);
const version = fc.tuple(fc.nat(3), fc.nat(9), fc.nat(9)).map((numbers) => numbers.join('.'));
const definition = fc.record(
  {
    app: mostly(
      fc.oneof(
        fc.constantFrom('one', 'two', FOREIGN),
        fc.nat(200).map((n) => `app_${n}`),
      ),
      fc.constantFrom('not-one', '', 1),
    ),
    version: mostly(version, fc.constantFrom('1.0.0-beta.1', 'latest', '1', '1.0.0+1', null)),
    roles: mostly(fc.subarray(['a', 'b']), anyJson),
    settings,
    auth: storableJson,
    ...Object.fromEntries(componentKeys.map((key) => [key, mostly(fc.array(component, { maxLength: 2 }), anyJson)])),
  },
  { requiredKeys: ['app', 'version'] },
);

describe('generated bodies for the Kustomer door', () => {
  let harness: Harness;
  let id: string;
  const good: Record<string, Record<string, unknown>> = {
    'POST /v1/apps/available': { app: 'hello', version: '9.9.9', title: 'x', kviews: [{ name: 'a' }], settings: {} },
    'PATCH /v1/apps/available/hello-latest': { title: 'x', screenshots: ['y'], description: 'z' },
    'POST /v1/apps/available/hello-0.0.1': { vendor: 'x', website: 'y' },
    'POST /v1/apps/install': { app: 'hello', version: '0.0.1', settings: { default: { region: 'eu' } } },
  };
  const routes = Object.keys(good);
  beforeAll(async () => {
    harness = await createHarness('postgres');
    id = await organisationIdOf(harness);
    const region = { type: 'string', defaultValue: 'eu' };
    await kustomerClient(harness).register({ app: 'hello', version: '0.0.1', settings: { default: { region } } });
    await kustomerClient(harness, 'other').register({ app: FOREIGN, version: '0.0.1', title: FOREIGN });
  });
  afterAll(() => harness.close());

  /** Sends one, and checks what is true of every answer; gives whether it was accepted. */
  const send = async (route: string, body: string, some: Record<string, string>): Promise<boolean> => {
    const [method, path] = route.split(' ') as [string, string];
    const response = await harness.request(path, { method, body, headers: some });
    const text = await response.text();
    if (response.status >= 300) {
      expect(kustomerFaultOf(response.status, text)).toBeUndefined();
      return false;
    }
    expect(response.status).toBe(path.endsWith('/available') ? 201 : path.endsWith('/install') ? 202 : 200);
    const { data } = JSON.parse(text) as { data: AvailableBody };
    expect(text).not.toContain(`${FOREIGN}_${await organisationIdOf(harness, 'other')}`);
    if (data.type !== 'app_available') return true;
    expect(data.attributes.app.endsWith(`_${id}`)).toBe(true);
    expect(await read(await harness.request(data.links.self), 200)).toEqual({ data });
    return true;
  };

  let accepted = 0;
  beforeEach(() => {
    accepted = 0;
  });
  const count = async (sent: Promise<boolean>): Promise<void> => {
    if (await sent) accepted += 1;
  };

  it('are answered or refused, whatever JSON they hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes), anyJson, headers, (route, json, some) =>
        count(send(route, JSON.stringify(json), some)),
      ),
      { seed: SEED, numRuns: 60 },
    );
    expect(accepted).toBe(0);
  });

  it('are answered or refused when something is done to a good one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes), mutation, headers, (route, change, some) =>
        count(send(route, mutated(good[route]!, change), some)),
      ),
      { seed: SEED, numRuns: 120 },
    );
    expect(accepted).toBeGreaterThan(5);
  });

  it('are registered or refused, whatever is in a definition, and shown again as they were answered', async () => {
    await fc.assert(
      fc.asyncProperty(definition, (body) =>
        count(send('POST /v1/apps/available', JSON.stringify(body), { 'content-type': 'application/json' })),
      ),
      { seed: SEED, numRuns: 150 },
    );
    expect(accepted).toBeGreaterThan(40);
    expect(accepted).toBeLessThan(140);
  });

  it('have left each app with the version that is its latest, and nothing half-written', async () => {
    const { rows } = await harness.deps.db.query(
      `select (select count(*) from apps where version_id is null) as without_version,
         (select count(*) from app_versions v where v.attributes -> 'definition' is null) as without_definition,
         (select count(*) from app_versions v where v.definition ->> 'version' <> v.attributes -> 'definition' ->> 'version') as mixed`,
    );
    expect(rows).toEqual([{ without_version: 0, without_definition: 0, mixed: 0 }]);
    expect((await kustomerClient(harness).available()).length).toBeGreaterThan(1);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, install } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { buildArchive } from '../../support/packages.ts';
import { refusal } from '../../support/refusal.ts';

const repeat = <T>(times: number, item: (index: number) => T): T[] => Array.from({ length: times }, (_, i) => item(i));

/** Just below what a body may hold: 20,000 values, or a mebibyte. */
const bodies: [name: string, json: Record<string, unknown>][] = [
  ['a list of 19,000 numbers for settings', { settings_objects: repeat(19_000, () => 1) }],
  ['a list of 9,000 settings', { settings_objects: repeat(9_000, (i) => ({ name: `s${i}` })) }],
  ['a list of 1,000 numbers for settings', { settings_objects: repeat(1_000, () => 1) }],
  ['the same setting 1,000 times', { settings_objects: repeat(1_000, () => ({ name: 'name', value: 'x' })) }],
  ['19,000 settings that are unknown', { settings: Object.fromEntries(repeat(19_000, (i) => [`s${i}`, 1])) }],
  ['a setting with a long name', { settings: { ['x'.repeat(1_000_000)]: 1 } }],
  ['9,000 restrictions', { group_restrictions: repeat(9_000, () => []) }],
  ['1,000 restrictions that are none', { role_restrictions: repeat(1_000, () => true) }],
  ['19,000 fields', Object.fromEntries(repeat(19_000, (i) => [`f${i}`, 1]))],
];

describe('a body in which everything is wrong', () => {
  let harness: Harness;
  let path: string;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    harness.startWorker();
    const parameters = repeat(60, (i) => ({ name: `required_${i}`, type: 'text', required: true, default: 'x' }));
    const app = await buildApp(harness, buildArchive({ manifest: { parameters } }));
    path = `/api/v2/apps/installations/${(await install(harness, app)).id}`;
  });
  afterAll(() => harness.close());

  const put = (json: unknown): Promise<Response> => harness.request(path, { method: 'PUT', json });

  it.each(bodies)('is answered in a few words: %s', async (_name, json) => {
    const sent = await put(json);
    expect(String(sent.headers.get('x-appyard-ignored')).length).toBeLessThanOrEqual(1_024);
    // Unknown fields and settings are ignored.
    if (sent.status === 200) return;
    const answer = await refusal(sent, 422);
    expect(JSON.stringify(answer).length).toBeLessThan(20_000);
    expect(answer.description.split('\n').length).toBeLessThanOrEqual(21);
  });

  it('is refused as too large with more values than a body may have', async () => {
    for (const json of [
      { settings_objects: repeat(50_000, () => 1) },
      { group_restrictions: repeat(10_000, () => []) },
    ])
      expect((await refusal(await put(json), 413)).description).toBe('The body must have at most 20000 values.');
  });

  it('says how many problems it does not name, of fields and of settings', async () => {
    const fields = await refusal(await put({ settings_objects: repeat(1_000, () => 1) }), 422);
    expect(fields.description.split('\n')).toHaveLength(21);
    expect(fields.description).toMatch(/\nand 980 more problems$/);
    expect(Object.keys(fields.details!)).toHaveLength(21);
    expect(fields.details!['body']).toEqual(['has 980 more problems']);
    const emptied = await put({ settings: Object.fromEntries(repeat(60, (i) => [`required_${i}`, ''])) });
    const required = await refusal(emptied, 422);
    expect(required.description).toMatch(/\nand 40 more problems$/);
    expect(Object.keys(required.details!['settings'] as object)).toHaveLength(20);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actingAs } from '../../support/acting-as.ts';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { fieldsOf, send, xurrentRefusal } from '../../support/xurrent.ts';

interface RecordBody {
  id: number;
  name: string;
}

describe.each([
  ['/v1/service_instances', 'ServiceInstance', ['Default service instance']],
  ['/v1/ui_extension_versions', 'UiExtensionVersion', []],
])('records at %s', (route, type, first) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());
  const list = async (query = '', api: Pick<Harness, 'request'> = harness) =>
    read<RecordBody[]>(await api.request(`${route}${query}`), 200);
  const add = (json: unknown, headers = {}) => send(harness, 'POST', route, { json, headers });

  it('are there from the beginning, once however many ask for them', async () => {
    const lists = await Promise.all(Array.from({ length: 8 }, () => list()));
    for (const found of lists) expect(found.map(({ name }) => name)).toEqual(first);
    expect((await list('', actingAs(harness, 'other'))).map(({ name }) => name)).toEqual(first);
  });

  it('are made, shown and listed', async () => {
    const made = await read<RecordBody>(await add({ name: 'Ours', sourceID: 'a-1' }, { 'x-4me-source': 'CMDB' }), 201);
    expect(made).toEqual({
      id: made.id,
      nodeID: Buffer.from(`localhost/${type}/${made.id}`).toString('base64url'),
      name: 'Ours',
      source: 'CMDB',
      sourceID: 'a-1',
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    });
    expect(await read(await harness.request(`${route}/${made.id}`), 200)).toEqual(made);
    expect(await list('?name=OURS&fields=name')).toEqual([{ id: made.id, name: 'Ours' }]);
    expect(await list('?source=CMDB&sourceID=a-1&sort=-id')).toHaveLength(1);
    expect(await list('?source=!&sort=name,-sourceID')).toHaveLength(1);
  });

  it.each([
    [{}, 'name'],
    [{ name: '' }, 'name'],
    [{ name: 'x'.repeat(129) }, 'name'],
    [{ name: 'a', source: 'x'.repeat(31) }, 'source'],
    [{ name: 'a', sourceID: 'x'.repeat(129) }, 'sourceID'],
  ])('are refused when they are %j', async (json, field) => {
    expect(fieldsOf(await xurrentRefusal(await add(json), 422))).toEqual([field]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { refusal } from '../../support/refusal.ts';
import { badIds, named } from '../../support/shapes.ts';

interface Location {
  id: number;
  name: string;
  product_code: number;
  host_application: string;
}

describe('the locations that apps may have', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());

  const list = async (slot: string): Promise<Location[]> => {
    const answer = await harness.request(`/api/${slot}/apps/locations.json`);
    return (await read<{ locations: Location[] }>(answer, 200)).locations;
  };

  it('are those of one product, or of all', async () => {
    const all = await list('v2');
    expect(all).toHaveLength(27);
    expect(new Set(all.map(({ id }) => id)).size).toBe(27);
    for (const [slot, code, host] of [
      ['support', 1, 'zendesk'],
      ['chat', 2, 'zopim'],
      ['standalone_chat', 3, 'lotus_box'],
      ['sell', 4, 'sell'],
    ] as const) {
      const own = await list(slot);
      expect(own).toEqual(all.filter(({ product_code }) => product_code === code));
      expect(new Set(own.map(({ host_application }) => host_application))).toEqual(new Set([host]));
    }
  });

  it('are shown one by one', async () => {
    const dealCard = {
      id: 15,
      name: 'deal_card',
      product_code: 4,
      host_application: 'sell',
      orderable: false,
      collapsible: true,
      visible: true,
    };
    for (const slot of ['v2', 'sell'])
      expect(await read(await harness.request(`/api/${slot}/apps/locations/15.json`), 200)).toEqual({
        location: dealCard,
      });
    expect(await list('sell')).toContainEqual(dealCard);
    await refusal(await harness.request('/api/support/apps/locations/15'), 404);
    await refusal(await harness.request('/api/v2/apps/locations/28'), 404);
  });

  it.each(named(badIds))('are refused for %s', async (_name, id) => {
    expect([400, 404, 422]).toContain((await harness.request(`/api/v2/apps/locations/${id}.json`)).status);
  });

  it('are told to admins only, the same to those of every account', async () => {
    for (const path of ['/api/v2/apps/locations', '/api/v2/apps/locations/1']) {
      await refusal(await harness.request(path, { as: 'agent' }), 403);
      await refusal(await harness.request(path, { as: 'operator' }), 403);
      await refusal(await harness.request(path, { as: null }), 401);
      const own = await read(await harness.request(path), 200);
      expect(await read(await harness.request(path, { as: 'other' }), 200)).toEqual(own);
    }
  });
});

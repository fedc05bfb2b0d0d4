import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actingAs, publish } from '../../support/acting-as.ts';
import { emails } from '../../support/accounts.ts';
import { buildApp, endOf, install, read, uploadPackage, type InstallationBody } from '../../support/client.ts';
import { createHarness, type Harness, type RequestOptions } from '../../support/harness.ts';
import { countOf } from '../../support/jobs.ts';
import { buildArchive } from '../../support/packages.ts';
import { refusal } from '../../support/refusal.ts';

interface Order {
  location_name: string;
  installations: number[];
  product: string;
}

const page = 'assets/iframe.html';
const location = {
  support: { top_bar: page, nav_bar: page, background: page },
  sell: { deal_card: page, background: page },
  standalone_chat: { nav_bar: page },
};

describe('the installations in each location', () => {
  let harness: Harness;
  let app: number;
  let lean: number;
  /** In support, but for the last two: one in sell, one in standalone_chat. */
  let [a, b, c, d, inSell, inChat]: number[] = [];
  beforeAll(async () => {
    harness = await createHarness('postgres');
    harness.startWorker();
    app = await buildApp(harness, buildArchive({ manifest: { location } }));
    lean = await buildApp(harness, buildArchive({ manifest: { location: { support: { top_bar: page } } } }));
    a = (await installed('support')).id;
    b = (await install(harness, lean)).id;
    c = (await installed('support')).id;
    d = (await installed('support', { enabled: false })).id;
    inSell = (await installed('sell')).id;
    inChat = (await installed('standalone_chat')).id;
  });
  afterAll(() => harness.close());

  const installed = async (product: string, more: Record<string, unknown> = {}): Promise<InstallationBody> => {
    const json = { app_id: app, settings: { name: product }, ...more };
    return read(await harness.request(`/api/${product}/apps/installations`, { method: 'POST', json }), 201);
  };
  const list = async (slot = 'v2', options?: RequestOptions): Promise<Order[]> => {
    const answer = await harness.request(`/api/${slot}/apps/location_installations.json`, options);
    return (await read<{ location_installations: Order[] }>(answer, 200)).location_installations;
  };
  const idsIn = async (name: string, slot = 'support'): Promise<number[] | undefined> =>
    (await list(slot)).find((order) => order.location_name === name)?.installations;
  const post = (json: unknown, slot = 'v2', options: RequestOptions = {}): Promise<Response> =>
    harness.request(`/api/${slot}/apps/location_installations/reorder.json`, { method: 'POST', json, ...options });
  const reorder = async (location_name: string, installations: unknown[], slot = 'v2'): Promise<Order> =>
    (await read<{ location_installation: Order }>(await post({ location_name, installations }, slot), 201))
      .location_installation;
  const refused = async (json: unknown, slot = 'v2') => refusal(await post(json, slot), 422);

  it('are all that have a place there, switched on or off, the oldest first', async () => {
    const all = [
      { location_name: 'top_bar', installations: [a, b, c, d], product: 'support' },
      { location_name: 'nav_bar', installations: [a, c, d], product: 'support' },
      { location_name: 'background', installations: [a, c, d], product: 'support' },
      { location_name: 'nav_bar', installations: [inChat], product: 'standalone_chat' },
      { location_name: 'deal_card', installations: [inSell], product: 'sell' },
      { location_name: 'background', installations: [inSell], product: 'sell' },
    ];
    expect(await list()).toEqual(all);
    for (const [slot, product] of [
      ['support', 'support'],
      ['zendesk', 'support'],
      ['sell', 'sell'],
      ['lotus_box', 'standalone_chat'],
    ])
      expect(await list(slot)).toEqual(all.filter((order) => order.product === product));
    expect(await list('chat')).toEqual([]);
  });

  it('are put into an order, those that are not named behind the others as they were', async () => {
    expect(await reorder('top_bar', [d, String(b)])).toEqual({
      location_name: 'top_bar',
      installations: [d, b, a, c],
      product: 'support',
    });
    expect(await idsIn('top_bar')).toEqual([d, b, a, c]);
    await reorder('top_bar', [c]);
    expect(await idsIn('top_bar')).toEqual([c, d, b, a]);
    expect(await idsIn('nav_bar')).toEqual([a, c, d]);
    const { id } = await install(harness, lean);
    expect(await idsIn('top_bar')).toEqual([c, d, b, a, id]);
    await harness.request(`/api/v2/apps/installations/${id}`, { method: 'DELETE' });
    expect(await idsIn('top_bar')).toEqual([c, d, b, a]);
  });

  it('are of one product, also where two have a location of that name', async () => {
    expect(await reorder('background', [inSell])).toMatchObject({ product: 'sell', installations: [inSell] });
    expect(await reorder('background', [d])).toMatchObject({ product: 'support', installations: [d, a, c] });
    expect(await reorder('nav_bar', [c], 'support')).toMatchObject({ product: 'support', installations: [c, a, d] });
    expect(await idsIn('nav_bar', 'standalone_chat')).toEqual([inChat]);
    for (const installations of [
      [d, inSell],
      [inSell, d],
    ])
      expect((await refused({ location_name: 'background', installations })).description).toContain(
        `${installations[1]} is no`,
      );
    expect((await refused({ location_name: 'background', installations: [d], product: 'sell' })).description).toMatch(
      new RegExp(`^installations: ${d} is no installation .* "background" of sell$`),
    );
  });

  it('can be sent back as they were read', async () => {
    for (const order of await list()) {
      const { location_installation } = await read<{ location_installation: Order }>(await post(order), 201);
      expect(location_installation).toEqual(order);
    }
  });

  it('lose their place with the location, and have it again when it comes back', async () => {
    const moving = await buildApp(harness, buildArchive({ manifest: { location: { support: { modal: page } } } }));
    const [first, second] = [await install(harness, moving), await install(harness, moving)];
    await reorder('modal', [second.id]);
    const build = async (locations: Record<string, unknown>): Promise<void> => {
      const upload_id = await uploadPackage(harness, buildArchive({ manifest: { location: { support: locations } } }));
      const answer = await harness.request(`/api/v2/apps/${moving}`, { method: 'PUT', json: { upload_id } });
      await endOf(harness, (await read<{ job_id: string }>(answer, 200)).job_id);
    };
    await build({ user_sidebar: page });
    expect(await idsIn('modal')).toBeUndefined();
    expect(await idsIn('user_sidebar')).toEqual([first.id, second.id]);
    await build({ modal: page });
    expect(await idsIn('modal')).toEqual([second.id, first.id]);
    for (const { id } of [first, second])
      await harness.request(`/api/v2/apps/installations/${id}`, { method: 'DELETE' });
    expect(await idsIn('modal')).toBeUndefined();
    const { rows } = await harness.deps.db.query(`select 1 from location_orders where location = 'modal'`);
    expect(rows).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['no location', { installations: [1] }, /^location_name: is required/],
    ['a location that is none', { location_name: 'moon', installations: [1] }, /^location_name: .*top_bar/],
    ['a location that is no text', { location_name: 5, installations: [1] }, /^location_name: /],
    ['no list', { location_name: 'nav_bar' }, /^installations: is required/],
    ['a list that is none', { location_name: 'nav_bar', installations: 5 }, /^installations: /],
    ['an empty list', { location_name: 'nav_bar', installations: [] }, /^installations: .*one installation/],
    [
      'ids that are none',
      { location_name: 'nav_bar', installations: [0, 'x'] },
      /installations\.1: must be a positive/,
    ],
    ['an id twice', { location_name: 'nav_bar', installations: [7, '7'] }, /^installations: must name 7 once/],
    ['an unknown id', { location_name: 'nav_bar', installations: [999_999] }, /^installations: 999999 is no/],
    ['a product that is none', { location_name: 'nav_bar', installations: [1], product: 'x' }, /^product: must be one/],
  ])('refuse an order with %s', async (_name, json, description) => {
    const before = await list();
    const answer = await refused(json);
    expect(answer.description).toMatch(description);
    expect(Object.keys(answer.details!).join()).toMatch(/^(location_name|installations|product)/);
    expect(await list()).toEqual(before);
  });

  it('refuse what does not fit the product of the path', async () => {
    expect((await refused({ location_name: 'top_bar', installations: [a] }, 'chat')).description).toMatch(
      /^location_name: must be a location of chat: one of chat_sidebar, background$/,
    );
    const json = { location_name: 'nav_bar', installations: [a], product: 'sell' };
    expect((await refused(json, 'support')).description).toMatch(/^product: must be support/);
    expect((await refused({ location_name: 'nav_bar', installations: [b] }, 'support')).description).toContain(
      `${b} is no installation of this account with a place in "nav_bar" of support`,
    );
  });

  it('are put into one order as a whole by many requests at the same time', async () => {
    const orders = [
      [a, b, c, d],
      [d, c, b, a],
      [b, d, a, c],
    ];
    await Promise.all(Array.from({ length: 12 }, (_, i) => reorder('top_bar', orders[i % 3]!)));
    expect(orders).toContainEqual(await idsIn('top_bar'));
    const { rows } = await harness.deps.db.query(
      `select position from location_orders where location = 'top_bar' and product = 'support' order by position`,
    );
    expect(rows).toEqual([1, 2, 3, 4].map((position) => ({ position })));
  });

  it('may be removed while they are ordered', async () => {
    const more = await Promise.all(Array.from({ length: 6 }, () => install(harness, lean)));
    const ids = more.map(({ id }) => id);
    const answers = await Promise.all(
      ids.flatMap((id) => [
        post({ location_name: 'top_bar', installations: [id, a] }),
        harness.request(`/api/v2/apps/installations/${id}`, { method: 'DELETE' }),
      ]),
    );
    for (const [index, { status }] of answers.entries()) expect([index % 2 === 0 ? 201 : 204, 422]).toContain(status);
    expect((await idsIn('top_bar'))?.toSorted((x, y) => x - y)).toEqual([a, b, c, d]);
  });

  it('are written down in the audit log, once for each order', async () => {
    await reorder('deal_card', [inSell]);
    await reorder('nav_bar', [d, a, c]);
    const before = await countOf(harness, 'audit_entries');
    await refused({ location_name: 'nav_bar', installations: [999_999] });
    expect(await countOf(harness, 'audit_entries')).toBe(before);
    await reorder('nav_bar', [c]);
    const { rows } = await harness.deps.db.query('select * from audit_entries order by id desc limit 1');
    expect(await countOf(harness, 'audit_entries')).toBe(before + 1);
    expect(rows[0]).toMatchObject({
      action: 'update',
      actor_name: emails.admin,
      subject_type: 'location',
      subject_id: null,
      subject_name: 'nav_bar',
      before: { product: 'support', installations: [d, a, c] },
      after: { product: 'support', installations: [c, d, a] },
    });
  });

  it("are each account's own: neither lists nor orders another's", async () => {
    await publish(harness, lean, 'public');
    const other = actingAs(harness, 'other');
    const theirs = await install(other, lean);
    expect(await list('v2', { as: 'other' })).toEqual([
      { location_name: 'top_bar', installations: [theirs.id], product: 'support' },
    ]);
    expect(await idsIn('top_bar')).not.toContain(theirs.id);
    expect((await refused({ location_name: 'top_bar', installations: [theirs.id] })).description).toContain(
      `${theirs.id} is no installation of this account`,
    );
    const foreign = { location_name: 'top_bar', installations: [a] };
    await refusal(await post(foreign, 'v2', { as: 'other' }), 422);
  });

  it('are for admins only', async () => {
    const order = { location_name: 'nav_bar', installations: [a] };
    const before = await idsIn('nav_bar');
    for (const [as, status] of [
      ['agent', 403],
      ['operator', 403],
      [null, 401],
    ] as const) {
      await refusal(await harness.request('/api/v2/apps/location_installations', { as }), status);
      await refusal(await post(order, 'v2', { as }), status);
    }
    expect(await idsIn('nav_bar')).toEqual(before);
  });
});

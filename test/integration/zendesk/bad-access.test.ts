import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../../support/accounts.ts';
import { JSON_TYPE } from '../../support/bad-bodies.ts';
import { basic } from '../../support/raw-http.ts';
import { faultOf } from '../../support/refusal.ts';
import { nameOf, routes, type TestedRoute } from '../../support/routes.ts';
import { named } from '../../support/shapes.ts';
import { archive, createWalk, doorFaultOf, type Walk } from '../../support/walk.ts';
import { actingAs } from '../../support/acting-as.ts';
import { uploadPackage } from '../../support/client.ts';

const closed = routes.filter(({ who }) => who !== 'anybody');
/** Locations are everybody's, and an operator sees all accounts. */
const ofAccount = routes.filter(
  ({ ids, who }) => ids && ids['id'] !== 'location' && ['everyone', 'admin'].includes(who),
);
const isFailedJob = (text: string): boolean => {
  const { status, app_id } = JSON.parse(text) as { status: string; app_id: unknown };
  return status === 'failed' && app_id === null;
};
const at = (name: string): TestedRoute => routes.find((route) => nameOf(route) === name)!;

const noCredentials = [
  '',
  'Bearer',
  'Bearer ',
  'Bearer nonsense',
  `Bearer ${'x'.repeat(5_000)}`,
  'Bearer undefined',
  'Bearer null',
  'Basic',
  'Basic !!!',
  basic('ada@acme.example', ''),
  basic('', 'secret'),
  basic('ada@acme.example/token', 'wrong'),
  basic('nobody@acme.example', 'wrong'),
  basic('ada@acme.example\0', 'wrong'),
  basic("' or 1=1 --", "' or 1=1 --"),
  'Digest username="ada@acme.example"',
  'ada@acme.example:secret',
];

describe('a request that may not be made', () => {
  let walk: Walk;
  beforeAll(async () => {
    walk = await createWalk();
  });
  afterAll(() => walk.harness.close());
  beforeEach(() => walk.begin());

  /** The status of each answer, and that it refuses in the form of the contract and did nothing. */
  const statuses = async (tried: TestedRoute[], as: Person | null, headers: Record<string, string> = {}) => {
    const answers = await Promise.all(
      tried.map(async (route) => {
        const good = walk.good(route);
        const answer = await walk.send(route, { ...good, as, headers: { ...good.headers, ...headers } });
        const failed = route.polls && answer.status === 200 && isFailedJob(answer.body.toString());
        const fault = failed ? undefined : doorFaultOf(route, answer);
        return [nameOf(route), fault ?? (failed ? 404 : answer.status)];
      }),
    );
    expect(await walk.faultsOf([])).toEqual([]);
    return Object.fromEntries(answers) as Record<string, number | string>;
  };
  const each = (tried: TestedRoute[], status: number) => Object.fromEntries(tried.map((one) => [nameOf(one), status]));

  it.each(named(noCredentials))('is 401 on every route with the credentials %s', async (_name, authorization) => {
    expect(await statuses(closed, null, { authorization })).toEqual(each(closed, 401));
  });

  it('is 401 on every route without credentials', async () => {
    expect(await statuses(closed, null)).toEqual(each(closed, 401));
  });

  it("is 403 for an agent on every route that is an admin's or an operator's", async () => {
    const tried = closed.filter(({ who }) => who !== 'everyone');
    expect(await statuses(tried, 'agent')).toEqual(each(tried, 403));
  });

  it("is 403 for an operator on every route of an account, and for an admin on an operator's", async () => {
    const ours = closed.filter(({ who, path }) => who !== 'operator' && path !== '/api/v2/oauth/tokens/current');
    expect(await statuses(ours, 'operator')).toEqual(each(ours, 403));
    const theirs = closed.filter(({ who }) => who === 'operator');
    expect(await statuses(theirs, 'admin')).toEqual(each(theirs, 403));
  });

  it("finds nothing of another account's: 404, and a failed job where one polls", async () => {
    expect(ofAccount.length).toBeGreaterThan(14);
    expect(await statuses(ofAccount, 'other')).toEqual(each(ofAccount, 404));
  });

  it("finds no upload, no app and no installation of another account's in a body", async () => {
    const { app, upload } = walk.ids;
    const foreignUpload = await uploadPackage(actingAs(walk.harness, 'other'), archive());
    await walk.begin();
    const requests: [route: string, as: Person, body: object][] = [
      ['POST {slot}/apps', 'other', { upload_id: upload }],
      ['PUT {slot}/apps/:id', 'other', { upload_id: Number(upload) }],
      ['PUT {slot}/apps/:id', 'admin', { upload_id: foreignUpload }],
      ['POST {slot}/apps', 'admin', { upload_id: String(foreignUpload) }],
      ['POST {slot}/apps/installations', 'other', { app_id: app, settings: { name: 'x' } }],
      ['POST {slot}/apps/installations', 'admin', { app_id: 999_999, settings: { name: 'x' } }],
    ];
    for (const [route, as, body] of requests) {
      const answer = await walk.send(at(route), { as, headers: JSON_TYPE, body: JSON.stringify(body) });
      expect(`${route} ${answer.status}`).toBe(`${route} 404`);
      expect(faultOf(answer.status, answer.body.toString())).toBeUndefined();
    }
    expect(await walk.faultsOf([])).toEqual([]);
  });
});

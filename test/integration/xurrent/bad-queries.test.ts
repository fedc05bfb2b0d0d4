import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badQueries } from '../../support/bad-ids.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { sendRaw } from '../../support/raw-http.ts';
import { addOffering, xurrentFault, xurrentRefusal } from '../../support/xurrent.ts';

describe('queries of collections', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    await addOffering(harness);
  });
  afterAll(() => harness.close());

  it('may be as long as their links can be read, and are refused beyond that', async () => {
    for (let n = 0; n < 3; n += 1) await addOffering(harness, { name: `${'🎈'.repeat(60)}${n}` });
    const query = (ids: number): string =>
      `per_page=1&id!=${Array.from({ length: ids }, (_, n) => 100_000 + n).join(',')}`;
    // Each id and its comma are nine characters when they are escaped.
    const first = await harness.request(`/v1/app_offerings?${query(220)}`);
    expect(first.status).toBe(200);
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')![1]!;
    const second = await harness.request(next.slice(harness.deps.config.publicUrl.length));
    expect([second.status, second.headers.get('link')?.match(/rel=/g)]).toEqual([200, ['rel=', 'rel=', 'rel=']]);
    const refused = await xurrentRefusal(await harness.request(`/v1/app_offerings?${query(240)}`), 400);
    expect(refused.message).toContain('2048 are possible');
  });

  it.each([
    ['colour=red', 'colour'],
    ['__proto__=1', '__proto__'],
    ['policy_jwt_alg=es256', 'policy_jwt_alg'],
    ['updated_at>=2026-01-01', 'updated_at>'],
    ['id=abc', 'id'],
    ['id=1,', 'id'],
    ['id=<', 'id'],
    ['id=>1>2', 'id'],
    ['id=<2>1', 'id'],
    [`id=${'9'.repeat(30)}`, 'id'],
    ['created_at=yesterday', 'created_at'],
    ['created_at=2026-02-30', 'created_at'],
    ['created_at=2026-01-01T25:00:00Z', 'created_at'],
    ['disabled=maybe', 'disabled'],
    ['name=%ZZ', 'name'],
    ['name=%00', 'name'],
    ['sort=colour', 'sort'],
    ['sort=reference', 'sort'],
    ['sort=>name', 'sort'],
    ['fields=name,colour', 'fields'],
    ['fields=constructor', 'fields'],
    ['per_page=0', 'per_page'],
    ['per_page=many', 'per_page'],
    ['per_page=1&per_page=2', 'per_page'],
    ['page=-1', 'page'],
    ['page=1e9', 'page'],
    ['page=2&search_after=x', 'page'],
    ['search_after=x', 'search_after'],
    ['search_before=bm90IGpzb24=', 'search_before'],
    [`search_after=${btoa('{"offset":1,"cursor":["a"]}')}`, 'search_after'],
    [`search_after=${btoa('{"offset":1,"cursor":[1,2]}')}`, 'search_after'],
    [`search_after=${btoa('{"offset":1,"cursor":["a\\u0000",2]}')}`, 'search_after'],
    [`search_after=${btoa('{"offset":1,"cursor":["a",1e400]}')}`, 'search_after'],
    ['state=other', 'state'],
  ])('refuse ?%s, and say why', async (query, named) => {
    const { message } = await xurrentRefusal(await harness.request(`/v1/app_offerings?${query}`), 400);
    expect(message).toContain(named);
  });

  it.each(['app_offerings', 'app_instances', 'service_instances', 'ui_extension_versions', 'webhook_policies'])(
    'that nobody means are answered or refused at %s',
    async (collection) => {
      for (const query of badQueries) {
        const path = `/v1/${collection}${query}`;
        const answer = await sendRaw(harness.origin, {
          path,
          headers: { authorization: `Bearer ${harness.tokens.admin}` },
        });
        const fault = answer.status === 200 ? undefined : xurrentFault(answer.status, answer.body.toString());
        expect([path, fault]).toEqual([path, undefined]);
      }
    },
  );
});

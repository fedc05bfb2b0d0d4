import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findUserByEmail, setUserGroups } from '../../../src/db/users.ts';
import { read } from '../../support/client.ts';
import { createHarness, type Harness, type RequestOptions } from '../../support/harness.ts';
import { xurrentRefusal } from '../../support/xurrent.ts';

interface Person {
  id: number;
  nodeID: string;
  name: string;
  primary_email: string;
}

describe('people', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('redis');
  });
  afterAll(() => harness.close());

  const get = (path: string, as: RequestOptions['as'] = 'admin'): Promise<Response> =>
    harness.request(`/v1/people/${path}`, { as });
  const me = async (as: RequestOptions['as']): Promise<Person> => read<Person>(await get('me', as), 200);

  it('show the user who asks under "me", and a user of the account under the number and the node id', async () => {
    const agent = await me('agent');
    expect(agent).toEqual({
      id: expect.any(Number) as number,
      nodeID: expect.any(String) as string,
      name: agent.primary_email,
      primary_email: expect.stringContaining('@') as string,
    });
    expect((await me('admin')).id).not.toBe(agent.id);
    for (const id of [agent.id, agent.nodeID, `${agent.id}/`, `${agent.id}.json`])
      expect(await read(await get(String(id)), 200)).toEqual(agent);
  });

  it('have the groups of a user as teams', async () => {
    const { id, primary_email } = await me('agent');
    expect(await read(await get(`${id}/teams`), 200)).toEqual([]);
    const user = (await findUserByEmail(harness.deps.db, primary_email))!;
    await setUserGroups(harness.deps.db, { accountId: user.accountId, id, groups: ['7', 'Sales'] });
    const teams = [
      { id: 7, name: '7' },
      { id: null, name: 'Sales' },
    ];
    expect(await read(await get(`${id}/teams`), 200)).toEqual(teams);
  });

  it('of another account are not found, and nobody is let in without credentials', async () => {
    const other = await me('other');
    for (const path of [String(other.id), other.nodeID, `${other.id}/teams`, '999999', 'nobody', '0'])
      expect((await xurrentRefusal(await get(path), 404)).message).not.toContain('@');
    await xurrentRefusal(await get('me', null), 401);
    await xurrentRefusal(await get('me', 'operator'), 403);
    await xurrentRefusal(await harness.request('/v1/people/me', { method: 'PATCH', json: {} }), 405);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createUserCommand, setUserGroupsCommand } from '../../../src/cli/user.ts';
import { readConfig } from '../../../src/config.ts';
import { createToken } from '../../../src/use-cases/create-token.ts';
import { createUser } from '../../../src/use-cases/create-user.ts';
import { setUserGroups } from '../../../src/use-cases/set-user-groups.ts';
import { emails } from '../../support/accounts.ts';
import { buildApp, read, type InstallationBody } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { buildArchive } from '../../support/packages.ts';

interface Shown {
  installation: { group_restrictions: string[]; role_restrictions: string[]; locations: { visible: boolean }[] };
}

describe('restrictions of an installation', () => {
  let harness: Harness;
  let app: number;
  let seller: string;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    harness.startWorker();
    app = await buildApp(harness, buildArchive());
    seller = await person('sally@acme.example', ['Sales', '7']);
  });
  afterAll(() => harness.close());

  /** A new agent of the account; gives the token. */
  const person = async (email: string, groups: string[]): Promise<string> => {
    await createUser(harness.deps, { subdomain: 'acme', email, role: 'agent', password: null, groups });
    return tokenOf(email);
  };
  const tokenOf = async (email: string): Promise<string> =>
    (await createToken(harness.deps, { email, label: 'test', expiresAt: null })).token;

  const install = async (restrictions: Record<string, unknown>): Promise<InstallationBody & { servable: boolean }> => {
    const json = { app_id: app, settings: { name: 'Restricted' }, ...restrictions };
    return read(await harness.request('/api/v2/apps/installations', { method: 'POST', json }), 201);
  };
  /** Whether the one with this token can use it: the list and the show endpoint say the same. */
  const usableBy = async (id: number, token: string): Promise<boolean> => {
    const headers = { authorization: `Bearer ${token}` };
    const get = (path: string) => harness.request(`/api/${path}`, { as: null, headers });
    const { installations } = await read<{ installations: { id: number; servable: boolean }[] }>(
      await get('v2/apps/installations'),
      200,
    );
    const listed = installations.find((one) => one.id === id);
    const { installation } = await read<Shown>(await get(`sell/apps/installations/${id}`), 200);
    const visible = [...new Set(installation.locations.map((location) => location.visible))];
    expect(visible).toEqual([listed?.servable]);
    return listed!.servable;
  };

  it('say who can use it: servable, and visible in each location, for the one who asks', async () => {
    const { tokens } = harness;
    const usable = async (restrictions: Record<string, unknown>) => {
      const { id, servable } = await install(restrictions);
      expect(servable).toBe(await usableBy(id, tokens.admin));
      return [await usableBy(id, tokens.admin), await usableBy(id, tokens.agent), await usableBy(id, seller)];
    };
    expect(await usable({})).toEqual([true, true, true]);
    expect(await usable({ group_restrictions: [], role_restrictions: [] })).toEqual([true, true, true]);
    expect(await usable({ group_restrictions: null, role_restrictions: null })).toEqual([true, true, true]);
    expect(await usable({ role_restrictions: ['admin'] })).toEqual([true, false, false]);
    expect(await usable({ role_restrictions: ['agent'] })).toEqual([false, true, true]);
    expect(await usable({ group_restrictions: ['Sales'] })).toEqual([false, false, true]);
    expect(await usable({ group_restrictions: [7] })).toEqual([false, false, true]);
    expect(await usable({ group_restrictions: ['Sales'], role_restrictions: ['admin'] })).toEqual([
      false,
      false,
      false,
    ]);
    expect(await usable({ enabled: false })).toEqual([false, false, false]);
  });

  it('hide nothing: whoever cannot use an installation still sees it, restrictions as texts', async () => {
    const { id, ...created } = await install({ group_restrictions: [7, 'Sales'], role_restrictions: ['admin', 3] });
    expect(created).toMatchObject({ group_restrictions: ['7', 'Sales'], role_restrictions: ['admin', '3'] });
    const answer = await harness.request(`/api/sell/apps/installations/${id}`, { as: 'agent' });
    expect((await read<Shown>(answer, 200)).installation).toMatchObject({
      group_restrictions: ['7', 'Sales'],
      role_restrictions: ['admin', '3'],
    });
  });

  it('that an older release kept as numbers mean their texts', async () => {
    const { id } = await install({});
    await harness.deps.db.query(`update installations set group_restrictions = '[7]' where id = $1`, [id]);
    expect(await usableBy(id, seller)).toBe(true);
    expect(await usableBy(id, harness.tokens.agent)).toBe(false);
  });

  it('are lifted by an update with an empty list or null', async () => {
    for (const none of [[], null]) {
      const { id } = await install({ group_restrictions: ['Nobody'], role_restrictions: ['nobody'] });
      expect(await usableBy(id, harness.tokens.agent)).toBe(false);
      const json = { group_restrictions: none, role_restrictions: none };
      await read(await harness.request(`/api/v2/apps/installations/${id}`, { method: 'PUT', json }), 200);
      expect(await usableBy(id, harness.tokens.agent)).toBe(true);
    }
  });

  describe('and the groups of users', () => {
    let said: string;
    beforeEach(() => {
      said = '';
      const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
        said += String(text);
        return true;
      });
      return () => write.mockRestore();
    });

    it('are set on the command line', async () => {
      const config = readConfig(harness.env);
      const email = 'carl@acme.example';
      await createUserCommand(config, email, { account: 'acme', role: 'agent', group: ['A , Z', 'B'] });
      const { id } = await install({ group_restrictions: ['Z'] });
      expect(await usableBy(id, await tokenOf(email))).toBe(true);
      await setUserGroupsCommand(config, email.toUpperCase(), { set: ' C ,D,C' });
      expect(said).toContain('C, D');
      // Another token: what was known of the first one is believed for some seconds.
      expect(await usableBy(id, await tokenOf(email))).toBe(false);
      expect(await usableBy((await install({ group_restrictions: ['C'] })).id, await tokenOf(email))).toBe(true);
      await setUserGroupsCommand(config, email, { set: '' });
      expect(said).toContain('no group');
      expect(await usableBy((await install({ group_restrictions: ['C'] })).id, await tokenOf(email))).toBe(false);
    });
  });

  it('are refused for a user that nobody knows, and for groups that are no names', async () => {
    const set = (email: string, groups: string[]) => setUserGroups(harness.deps, { email, groups });
    await expect(set('nobody@acme.example', ['A'])).rejects.toMatchObject({ code: 'not_found' });
    for (const group of ['', '  ', 'x'.repeat(256), 'a\0b'])
      await expect(set(emails.agent, ['A', group])).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(person('dora@acme.example', [''])).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

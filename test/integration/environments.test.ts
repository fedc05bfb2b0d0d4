import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findAccountBySubdomain } from '../../src/db/accounts.ts';
import { createAccount } from '../../src/use-cases/create-account.ts';
import { createEnvironment } from '../../src/use-cases/environments/create-environment.ts';
import { createRole } from '../../src/use-cases/environments/create-role.ts';
import { hasEnvironment } from '../../src/use-cases/environments/has-environment.ts';
import { listEnvironments } from '../../src/use-cases/environments/list-environments.ts';
import { listRoles } from '../../src/use-cases/environments/list-roles.ts';
import { createHarness, type Harness } from '../support/harness.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('environments', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('redis');
  });
  afterAll(() => harness.close());

  let made = 0;
  const account = async (): Promise<{ id: number; subdomain: string }> =>
    createAccount(harness.deps, `account-${(made += 1)}`);

  it('are one to begin with, however many ask for it at once', async () => {
    const { id } = await account();
    const answers = await Promise.all(Array.from({ length: 15 }, () => listEnvironments(harness.deps, id)));
    expect(answers[0]).toEqual([{ id: expect.stringMatching(UUID), name: 'Production' }]);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('have the first one also when another one is made before anyone asks', async () => {
    const { id, subdomain } = await account();
    const staging = await createEnvironment(harness.deps, { subdomain, name: 'Staging' });
    const names = (await listEnvironments(harness.deps, id)).map(({ name }) => name);
    expect(names).toEqual(['Production', 'Staging']);
    expect(staging.id).toMatch(UUID);
  });

  it('have the id that was wished for, in small letters, and no two accounts have the same', async () => {
    const [mine, theirs] = [await account(), await account()];
    const id = randomUUID();
    const create = (subdomain: string) =>
      createEnvironment(harness.deps, { subdomain, name: 'QA', id: id.toUpperCase() });
    expect(await create(mine.subdomain)).toEqual({ id, name: 'QA' });
    for (const { subdomain } of [mine, theirs])
      await expect(create(subdomain)).rejects.toMatchObject({ code: 'key_taken' });
    expect(await hasEnvironment(harness.deps, { accountId: mine.id, id: id.toUpperCase() })).toBe(true);
    expect(await hasEnvironment(harness.deps, { accountId: theirs.id, id })).toBe(false);
  });

  it('have ids of their own also when two accounts wish for one at the same moment', async () => {
    const accounts = await Promise.all([account(), account(), account()]);
    for (const { id } of accounts) await listEnvironments(harness.deps, id);
    const id = randomUUID();
    const made = await Promise.allSettled(
      accounts.map(({ subdomain }) => createEnvironment(harness.deps, { subdomain, name: 'QA', id })),
    );
    const reasons = made.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(reasons).toMatchObject([{ code: 'key_taken' }, { code: 'key_taken' }]);
  });

  it('are 1,000 at the most, also when two are made at the same moment', async () => {
    const { id, subdomain } = await account();
    await listEnvironments(harness.deps, id);
    await harness.deps.db.query(
      `insert into door_records (account_id, door, type, key)
       select $1, 'appyard', 'environment', gen_random_uuid() from generate_series(1, 998)`,
      [id],
    );
    const made = await Promise.allSettled(
      ['A', 'B', 'C'].map((name) => createEnvironment(harness.deps, { subdomain, name })),
    );
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await listEnvironments(harness.deps, id)).toHaveLength(1_000);
  });

  it('are refused without an account, a name or a UUID', async () => {
    const { subdomain } = await account();
    const create = (input: { subdomain?: string; name?: string; id?: string }) =>
      createEnvironment(harness.deps, { subdomain, name: 'QA', ...input });
    await expect(create({ subdomain: 'nobody' })).rejects.toThrow('no account "nobody"');
    for (const name of ['', '  ', 'x'.repeat(201), 'a\0'])
      await expect(create({ name })).rejects.toThrow(/name has 1 to 200/);
    await expect(create({ id: 'production' })).rejects.toThrow('no UUID');
  });

  it('have three roles to begin with, made once however many ask', async () => {
    const { id: accountId } = await account();
    const ref = { accountId, environmentId: (await listEnvironments(harness.deps, accountId))[0]!.id };
    const answers = await Promise.all(Array.from({ length: 15 }, () => listRoles(harness.deps, ref)));
    expect(answers[0]!.map(({ codename }) => codename)).toEqual(['project-manager', 'developer', 'editor']);
    for (const { id } of answers[0]!) expect(id).toMatch(UUID);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('get more roles, each with an id and a codename of its own, one after the other', async () => {
    const { id: accountId, subdomain } = await account();
    const [first] = await listEnvironments(harness.deps, accountId);
    const other = await createEnvironment(harness.deps, { subdomain, name: 'Staging' });
    const id = randomUUID();
    const role = { subdomain, id: id.toUpperCase(), codename: 'reviewer', name: 'Reviewer' };
    const made = await Promise.allSettled(
      Array.from({ length: 5 }, (_, i) => createRole(harness.deps, { ...role, codename: `r${i}` })),
    );
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const reasons = made.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    for (const reason of reasons) expect(reason).toMatchObject({ code: 'key_taken' });
    await expect(createRole(harness.deps, { ...role, id: randomUUID(), codename: 'editor' })).rejects.toMatchObject({
      code: 'key_taken',
    });
    // Another environment has roles of its own.
    expect(await createRole(harness.deps, { ...role, environmentId: other.id.toUpperCase() })).toEqual({
      id,
      codename: 'reviewer',
      name: 'Reviewer',
    });
    const codenames = async (environmentId: string): Promise<string[]> =>
      (await listRoles(harness.deps, { accountId, environmentId })).map(({ codename }) => codename);
    expect(await codenames(first!.id)).toHaveLength(4);
    expect(await codenames(other.id)).toEqual(['project-manager', 'developer', 'editor', 'reviewer']);
  });

  it('get no role without an account, an environment of it, a UUID, a codename or a name', async () => {
    const { subdomain } = await account();
    const acme = (await findAccountBySubdomain(harness.deps.db, 'acme'))!;
    const foreign = (await listEnvironments(harness.deps, acme.id))[0]!.id;
    const create = (input: Record<string, string>) =>
      createRole(harness.deps, { subdomain, id: randomUUID(), codename: 'reviewer', name: 'Reviewer', ...input });
    await expect(create({ subdomain: 'nobody' })).rejects.toThrow('no account "nobody"');
    for (const environmentId of [foreign, randomUUID(), 'x'])
      await expect(create({ environmentId })).rejects.toThrow(`no environment "${environmentId}"`);
    await expect(create({ id: '7' })).rejects.toThrow('no UUID');
    for (const codename of ['', 'a b', 'a/b', 'x'.repeat(61)])
      await expect(create({ codename })).rejects.toThrow('no codename');
    await expect(create({ name: ' ' })).rejects.toThrow(/name has 1 to 200/);
  });
});

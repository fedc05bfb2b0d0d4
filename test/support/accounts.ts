import type { Deps } from '../../src/deps.ts';
import { createAccount } from '../../src/use-cases/create-account.ts';
import { createToken } from '../../src/use-cases/create-token.ts';
import { createUser } from '../../src/use-cases/create-user.ts';

/** `admin` and `agent` are of the account acme, `other` is the admin of another one, `operator` is of none. */
export type Person = 'admin' | 'agent' | 'other' | 'operator';

export interface Seeded {
  accountId: number;
  tokens: Record<Person, string>;
}

export const emails = { admin: 'ada@acme.example', agent: 'abe@acme.example', other: 'olga@other.example' };
export const adminPassword = 'correct horse';

export const seedAccounts = async (deps: Pick<Deps, 'db' | 'config'>): Promise<Seeded> => {
  const { id: accountId } = await createAccount(deps, 'acme');
  await createAccount(deps, 'other');
  await createUser(deps, { subdomain: 'acme', email: emails.admin, role: 'admin', password: adminPassword });
  await createUser(deps, { subdomain: 'acme', email: emails.agent, role: 'agent', password: null });
  await createUser(deps, { subdomain: 'other', email: emails.other, role: 'admin', password: null });
  const tokenOf = async (email: string | null): Promise<string> =>
    (await createToken(deps, { email, label: 'test', expiresAt: null })).token;
  return {
    accountId,
    tokens: {
      admin: await tokenOf(emails.admin),
      agent: await tokenOf(emails.agent),
      other: await tokenOf(emails.other),
      operator: await tokenOf(null),
    },
  };
};

import type { Pool } from 'pg';
import { readConfig } from '../src/config.ts';
import { createAccount } from '../src/use-cases/create-account.ts';
import { createToken } from '../src/use-cases/create-token.ts';
import { createUser } from '../src/use-cases/create-user.ts';

/** Who asks for something: an account, and the token of its admin. */
export interface Tenant {
  accountId: number;
  token: string;
}

/** Accounts with an admin and a token each. */
export const makeTenants = async (db: Pool, count: number): Promise<Tenant[]> => {
  const tenants: Tenant[] = [];
  for (let i = 0; i < count; i += 1) {
    const subdomain = `tenant-${i}`;
    const email = `admin@${subdomain}.example`;
    const { id: accountId } = await createAccount({ db }, subdomain);
    await createUser({ db }, { subdomain, email, role: 'admin', password: null });
    const { token } = await createToken({ db, config: readConfig({}) }, { email, label: 'chaos', expiresAt: null });
    tenants.push({ accountId, token });
  }
  return tenants;
};

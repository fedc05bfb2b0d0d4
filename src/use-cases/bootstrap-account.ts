import { randomBytes } from 'node:crypto';
import type { Bootstrap } from '../config.ts';
import { hasAccounts, insertAccount } from '../db/accounts.ts';
import { insertAuditEntry } from '../db/audit-entries.ts';
import { insertToken } from '../db/api-tokens.ts';
import { withTransaction } from '../db/pool.ts';
import { insertUser } from '../db/users.ts';
import type { Deps } from '../deps.ts';
import { systemActor } from '../domain/audit.ts';
import { hashPassword } from '../secrets/passwords.ts';
import { newToken, tokenDigest, tokenPrefix } from '../secrets/tokens.ts';

/** How to sign in to the account that was made. */
export interface FirstCredentials {
  account: string;
  email: string;
  password: string;
  token: string;
}

/** Any constant does; two processes that start at once must use the same one. */
const BOOTSTRAP_LOCK = 4_207_003;

/** What is not given is generated. */
export const chooseCredentials = ({ account = 'demo', email, password, token }: Bootstrap): FirstCredentials => ({
  account,
  email: email ?? `admin@${account}.example`,
  password: password ?? randomBytes(12).toString('base64url'),
  token: token ?? newToken(),
});

/**
 * Makes the first account, with an admin and a token, all or nothing.
 *
 * @returns false when there is an account already: nothing was made.
 */
export const bootstrapAccount = async ({ db }: Pick<Deps, 'db'>, first: FirstCredentials): Promise<boolean> => {
  const passwordHash = await hashPassword(first.password);
  return withTransaction(db, async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [BOOTSTRAP_LOCK]);
    if (await hasAccounts(tx)) return false;
    const account = await insertAccount(tx, first.account);
    const userId = await insertUser(tx, { accountId: account.id, email: first.email, role: 'admin', passwordHash });
    await insertToken(tx, {
      userId,
      sha256: tokenDigest(first.token),
      prefix: tokenPrefix(first.token),
      label: 'first token',
      expiresAt: null,
    });
    const subject = { type: 'account', id: account.id, name: first.account } as const;
    const after = { firstUser: first.email };
    await insertAuditEntry(tx, { accountId: account.id, actor: systemActor, action: 'create', subject, after });
    return true;
  });
};

import { insertAccount, type Account } from '../db/accounts.ts';
import { insertAuditEntry } from '../db/audit-entries.ts';
import { withTransaction } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import { machineActor } from '../domain/audit.ts';
import { isSubdomain } from '../domain/subdomain.ts';
import { InvalidRequestError } from '../errors.ts';

/** @throws InvalidRequestError, AppError `subdomain_taken` */
export const createAccount = async ({ db }: Pick<Deps, 'db'>, subdomain: string): Promise<Account> => {
  if (!isSubdomain(subdomain))
    throw new InvalidRequestError(
      `"${subdomain}" is no subdomain: use a-z, 0-9 and hyphens, 63 characters at the most.`,
    );
  return withTransaction(db, async (tx) => {
    const account = await insertAccount(tx, subdomain);
    const subject = { type: 'account', id: account.id, name: subdomain } as const;
    await insertAuditEntry(tx, { accountId: account.id, actor: machineActor, action: 'create', subject });
    return account;
  });
};

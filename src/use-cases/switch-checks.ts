import { findAccountBySubdomain, getSwitches, setSwitch } from '../db/accounts.ts';
import { insertAuditEntry } from '../db/audit-entries.ts';
import { withTransaction } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import { differences, machineActor } from '../domain/audit.ts';
import type { PackageSwitches } from '../domain/package/switches.ts';
import { NotFoundError } from '../errors.ts';

/** Turns checks of packages on or off for an account. @throws NotFoundError */
export const switchChecks = async (
  { db }: Pick<Deps, 'db'>,
  subdomain: string,
  changes: { name: keyof PackageSwitches; on: boolean }[],
): Promise<void> => {
  await withTransaction(db, async (tx) => {
    const account = await findAccountBySubdomain(tx, subdomain);
    if (!account) throw new NotFoundError(`there is no account "${subdomain}".`);
    const before = await getSwitches(tx, account.id);
    for (const change of changes) await setSwitch(tx, account.id, change);
    const changed = differences({ ...before }, { ...(await getSwitches(tx, account.id)) });
    const subject = { type: 'account', id: account.id, name: subdomain } as const;
    if (changed)
      await insertAuditEntry(tx, { accountId: account.id, actor: machineActor, action: 'update', subject, ...changed });
  });
};

import { findAccountBySubdomain, type Account } from '../../db/accounts.ts';
import { insertAuditEntry } from '../../db/audit-entries.ts';
import { withTransaction, type Queryable } from '../../db/pool.ts';
import { countUsage, holdOwnQuotas, setOwnQuotas } from '../../db/quotas.ts';
import type { Deps } from '../../deps.ts';
import { differences, machineActor } from '../../domain/audit.ts';
import { quotaNames, type QuotaName, type Quotas } from '../../domain/quota.ts';
import { NotFoundError } from '../../errors.ts';

export interface QuotaState {
  name: QuotaName;
  used: number;
  /** Null: no limit. */
  allowed: number | null;
  /** The account's own, not that of the settings. */
  own: boolean;
}

/** A number, null for no limit, undefined for what the settings say. */
export type QuotaChange = readonly [QuotaName, number | null | undefined];

/** Changes what an account may have, or nothing, and says how it stands. @throws NotFoundError */
export const changeQuotas = (
  { db, usual }: Pick<Deps, 'db'> & { usual: Quotas },
  subdomain: string,
  changes: readonly QuotaChange[],
): Promise<QuotaState[]> =>
  withTransaction(db, async (tx) => {
    const account = await findAccountBySubdomain(tx, subdomain);
    if (!account) throw new NotFoundError(`there is no account "${subdomain}".`);
    if (changes.length > 0) await change(tx, account, changes);
    const own = await holdOwnQuotas(tx, account.id);
    const used = await countUsage(tx, account.id, quotaNames);
    return quotaNames.map((name) => ({
      name,
      used: used[name],
      allowed: { ...usual, ...own }[name],
      own: own[name] !== undefined,
    }));
  });

const change = async (tx: Queryable, { id, subdomain }: Account, changes: readonly QuotaChange[]): Promise<void> => {
  const before = await holdOwnQuotas(tx, id);
  await setOwnQuotas(tx, id, changes);
  const changed = differences({ ...before }, { ...(await holdOwnQuotas(tx, id)) });
  const subject = { type: 'account', id, name: subdomain } as const;
  if (changed)
    await insertAuditEntry(tx, { accountId: id, actor: machineActor, action: 'update', subject, ...changed });
};

import type { Queryable } from '../../db/pool.ts';
import { countUsage, holdOwnQuotas, withOwnQuotas } from '../../db/quotas.ts';
import type { Deps } from '../../deps.ts';
import { overQuotaMessage, quotaNames, type Quotas, type Usage } from '../../domain/quota.ts';
import { OwnRuleError } from '../../errors.ts';

/** What an account may have, as it was when the transaction began. */
export interface AccountQuotas {
  accountId: number;
  /** Of the settings, for an account that has none of its own. */
  usual: Quotas;
  allowed: Quotas;
}

/** A transaction for something that counts against quotas: what the account may have is read in the trip that begins it. */
export const withQuotas = <T>(
  { db, config }: Pick<Deps, 'db' | 'config'>,
  accountId: number,
  work: (tx: Queryable, quotas: AccountQuotas) => Promise<T>,
): Promise<T> =>
  withOwnQuotas(db, accountId, (tx, own) =>
    work(tx, { accountId, usual: config.quotas, allowed: { ...config.quotas, ...own } }),
  );

/**
 * Refuses what the transaction has added, when that is more than the account may have. Call it last in the transaction:
 * from then on nobody else adds to the account until it ends. No round trip where no such quota is set, otherwise two.
 *
 * @param added what there is more of now; with `yetToCome`, what there will be.
 * @throws OwnRuleError `quota_exceeded` (422) that says which quota, what is used and what is allowed.
 */
export const refuseOverQuota = async (
  tx: Queryable,
  { accountId, usual, allowed }: AccountQuotas,
  added: Partial<Usage>,
  { yetToCome = false } = {},
): Promise<void> => {
  const names = quotaNames.filter((name) => (added[name] ?? 0) > 0 && allowed[name] !== null);
  if (names.length === 0) return;
  const held: Quotas = { ...usual, ...(await holdOwnQuotas(tx, accountId)) };
  const there = await countUsage(tx, accountId, names);
  for (const name of names) {
    const more = added[name]!;
    const used = there[name] - (yetToCome ? 0 : more);
    const limit = held[name];
    if (limit === null || used + more <= limit) continue;
    const message = overQuotaMessage(name, { used, added: more, allowed: limit });
    throw new OwnRuleError('quota_exceeded', 422, message, { details: { quota: name, used, allowed: limit } });
  }
};

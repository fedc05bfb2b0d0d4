import type { Queryable } from '../../db/pool.ts';
import { countInstallationBytes, countUsage, holdOwnQuotas, withOwnQuotas } from '../../db/quotas.ts';
import { forgetKeptUploads } from '../../db/uploads.ts';
import type { Deps } from '../../deps.ts';
import { overQuotaMessage, quotaNames, type QuotaName, type Quotas, type Usage } from '../../domain/quota.ts';
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

/** Bytes that an installation takes, for {@link refuseOverQuota}: one round trip where the account has a quota of bytes. */
export const bytesOfInstallation = async (
  tx: Queryable,
  { accountId, allowed }: AccountQuotas,
  installation: { id: number; versionId?: number },
): Promise<number> => (allowed.bytes === null ? 0 : countInstallationBytes(tx, accountId, installation));

/**
 * Refuses what the transaction has added, when that is more than the account may have. Call it last in the transaction:
 * from then on nobody else adds to the account until it ends. No round trip where no such quota is set, otherwise two, and
 * two more when packages that are only kept for another try of their builds are forgotten to make room.
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
  let there = await countUsage(tx, accountId, names);
  const lackOf = (name: QuotaName): number => {
    if (held[name] === null || !names.includes(name)) return 0;
    return Math.max(0, there[name] + (yetToCome ? added[name]! : 0) - held[name]);
  };
  const lack = { bytes: lackOf('bytes'), packages: lackOf('packages') };
  if (lack.bytes + lack.packages > 0 && (await forgetKeptUploads(tx, accountId, lack)) > 0)
    there = await countUsage(tx, accountId, names);
  for (const name of names) {
    const limit = held[name];
    if (limit === null || lackOf(name) === 0) continue;
    const more = added[name]!;
    const used = there[name] - (yetToCome ? 0 : more);
    const message = overQuotaMessage(name, { used, added: more, allowed: limit });
    throw new OwnRuleError('quota_exceeded', 422, message, { details: { quota: name, used, allowed: limit } });
  }
};

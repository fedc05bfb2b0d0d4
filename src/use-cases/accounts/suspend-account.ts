import { endLogins, revokeTokensOf, type EndedAccess } from '../../db/access.ts';
import { holdAccount, setAccountState, type Account } from '../../db/accounts.ts';
import { insertAuditEntry } from '../../db/audit-entries.ts';
import { withTransaction } from '../../db/pool.ts';
import type { Deps } from '../../deps.ts';
import { machineActor } from '../../domain/audit.ts';
import { AppError, NotFoundError } from '../../errors.ts';
import { killOpenJobs } from '../kill-job.ts';

/** What suspending an account did besides. */
export interface SuspendedAccount extends EndedAccess {
  account: Account;
  /** Milliseconds since it was suspended; 0: it is just now. */
  suspendedForMs: number;
  jobs: number;
}

/**
 * Keeps everybody out of an account: logins end for good, as do tokens that expire after an hour; API tokens and passwords
 * are refused until it is resumed; jobs that have not ended are settled. Its data stays, and so do its published apps.
 *
 * @param removed marks it as being removed too.
 * @throws NotFoundError
 */
export const suspendAccount = async (
  { db }: Pick<Deps, 'db'>,
  subdomain: string,
  { removed = false } = {},
): Promise<SuspendedAccount> => {
  const suspended = await withTransaction(db, async (tx) => {
    const account = await holdAccount(tx, subdomain);
    if (!account) throw new NotFoundError(`there is no account "${subdomain}".`);
    const access = { accountId: account.id };
    await setAccountState(tx, account.id, { suspended: true, removed: removed || account.removed });
    const ended = { logins: await endLogins(tx, access), tokens: await revokeTokensOf(tx, access, 'derived') };
    await insertAuditEntry(tx, {
      accountId: account.id,
      actor: machineActor,
      action: 'update',
      subject: { type: 'account', id: account.id, name: subdomain },
      before: { suspended: account.suspended },
      after: { suspended: true, logins: ended.logins },
    });
    return { account, suspendedForMs: account.suspendedForMs, ...ended };
  });
  return { ...suspended, jobs: await killOpenJobs({ db }, { accountId: suspended.account.id }) };
};

/** @throws NotFoundError; AppError `account_removed` when its removal has begun. */
export const resumeAccount = ({ db }: Pick<Deps, 'db'>, subdomain: string): Promise<Account> =>
  withTransaction(db, async (tx) => {
    const account = await holdAccount(tx, subdomain);
    if (!account) throw new NotFoundError(`there is no account "${subdomain}".`);
    if (account.removed)
      throw new AppError(
        'account_removed',
        409,
        `the account "${subdomain}" is being removed: finish that, or restore a backup.`,
      );
    await setAccountState(tx, account.id, { suspended: false, removed: false });
    const subject = { type: 'account', id: account.id, name: subdomain } as const;
    const changed = { before: { suspended: account.suspended }, after: { suspended: false } };
    await insertAuditEntry(tx, { accountId: account.id, actor: machineActor, action: 'update', subject, ...changed });
    return account;
  });

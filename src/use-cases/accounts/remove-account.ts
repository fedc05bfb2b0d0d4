import { setTimeout as sleep } from 'node:timers/promises';
import { deleteSomeAccess } from '../../db/access.ts';
import {
  deleteAccount,
  deleteSomeInstallationsOfApps,
  deleteSomeRows,
  deleteSomeVersions,
  listTablesOfAccounts,
} from '../../db/account-removal.ts';
import type { Deps } from '../../deps.ts';
import { machineActor } from '../../domain/audit.ts';
import { killOpenJobs } from '../kill-job.ts';
import { suspendAccount } from './suspend-account.ts';

interface RemovalOptions {
  /** Rows of one statement, each of which is a transaction. */
  batch?: number;
  /** So long credentials are believed: what was begun with them is seen after that. */
  waitMs?: number;
  /** Hears after each batch. */
  onBatch?: (what: string, rows: number) => void;
}

/**
 * Removes an account with all its data, in batches: nobody waits for one of them long, and what is broken off goes on when it
 * is asked for again. From the first moment on nobody signs in to it. Installations of its apps in other accounts go too, with
 * an entry in the log of each. The collector frees the blobs later.
 *
 * @returns how many rows it deleted, those that went along not counted.
 * @throws NotFoundError
 */
export const removeAccount = async (
  { db }: Pick<Deps, 'db'>,
  subdomain: string,
  { batch = 200, waitMs = 11_000, onBatch = () => undefined }: RemovalOptions = {},
): Promise<number> => {
  const { account, suspendedForMs } = await suspendAccount({ db }, subdomain, { removed: true });
  const accountId = account.id;
  await sleep(Math.max(0, waitMs - suspendedForMs));
  await killOpenJobs({ db }, { accountId });
  let deleted = 0;
  const all = async (what: string, deleteSome: (limit: number) => Promise<number>, limit = batch): Promise<void> => {
    for (;;) {
      const rows = await deleteSome(limit);
      if (rows === 0) return;
      deleted += rows;
      onBatch(what, rows);
    }
  };
  const ofApps = (limit: number) => deleteSomeInstallationsOfApps(db, { accountId, actor: machineActor, limit });
  await all('installations of its apps', ofApps);
  for (const table of await listTablesOfAccounts(db))
    await all(table, (limit) => deleteSomeRows(db, table, { accountId, limit }));
  await all('logins and tokens', (limit) => deleteSomeAccess(db, { accountId }, limit));
  // Each may have thousands of files.
  await all('versions', (limit) => deleteSomeVersions(db, accountId, limit), 5);
  await all('apps', (limit) => deleteSomeRows(db, 'apps', { accountId, limit }), 5);
  await all('users', (limit) => deleteSomeRows(db, 'users', { accountId, limit }));
  await deleteAccount(db, accountId);
  return deleted;
};

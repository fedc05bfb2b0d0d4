import type { Config } from '../config.ts';
import { listAccounts, type ListedAccount } from '../db/accounts.ts';
import type { PackageSwitches } from '../domain/package/switches.ts';
import { removeAccount } from '../use-cases/accounts/remove-account.ts';
import { resumeAccount, suspendAccount } from '../use-cases/accounts/suspend-account.ts';
import { createAccount } from '../use-cases/create-account.ts';
import { switchChecks } from '../use-cases/switch-checks.ts';
import { say } from './output.ts';
import { withDatabase } from './with-database.ts';

export const createAccountCommand = (config: Config, subdomain: string): Promise<void> =>
  withDatabase(config, async (db) => {
    await createAccount({ db }, subdomain);
    say(`Account ${subdomain} is there. Add an admin: appyard user create EMAIL --account ${subdomain} --role admin`);
  });

export interface SwitchOptions {
  on?: (keyof PackageSwitches)[];
  off?: (keyof PackageSwitches)[];
}

export const switchChecksCommand = (
  config: Config,
  subdomain: string,
  { on = [], off = [] }: SwitchOptions,
): Promise<void> =>
  withDatabase(config, async (db) => {
    const wanted = [...on.map((name) => ({ name, on: true })), ...off.map((name) => ({ name, on: false }))];
    if (wanted.length === 0) throw new Error('say what to turn --on or --off.');
    await switchChecks({ db }, subdomain, wanted);
    say(wanted.map(({ name, on: isOn }) => `${name} is ${isOn ? 'on' : 'off'}`).join(', '));
  });

const MOST_ACCOUNTS = 10_000;

export const listAccountsCommand = (config: Config, { json = false }: { json?: boolean }): Promise<void> =>
  withDatabase(config, async (db) => {
    const accounts = await listAccounts(db, MOST_ACCOUNTS);
    if (json) return say(JSON.stringify(accounts, null, 2));
    say(['id', 'account', 'state', 'users', 'apps', 'installations', 'created'].join('\t'));
    for (const account of accounts) say(rowOf(account));
  });

const rowOf = ({ id, subdomain, state, users, apps, installations, createdAt }: ListedAccount): string =>
  [id, subdomain, state, users, apps, installations, createdAt.toISOString().slice(0, 10)].join('\t');

export const suspendAccountCommand = (config: Config, subdomain: string): Promise<void> =>
  withDatabase(config, async (db) => {
    const { logins, jobs } = await suspendAccount({ db }, subdomain);
    say(
      `Account ${subdomain} is suspended: ${logins} logins ended, ${jobs} jobs cancelled. ` +
        `Credentials stop working within 10 seconds. To let its users in again: appyard account resume ${subdomain}`,
    );
  });

export const resumeAccountCommand = (config: Config, subdomain: string): Promise<void> =>
  withDatabase(config, async (db) => {
    await resumeAccount({ db }, subdomain);
    say(`Account ${subdomain} is active. API tokens and passwords work again; logins that ended do not.`);
  });

/** @throws Error unless the name is given twice: this cannot be undone. */
export const removeAccountCommand = (
  config: Config,
  subdomain: string,
  { confirm, waitMs }: { confirm?: string; waitMs?: number },
): Promise<void> => {
  if (confirm !== subdomain)
    throw new Error(`this deletes all data of the account for ever: confirm with --confirm ${subdomain}`);
  return withDatabase(config, async (db) => {
    const deleted = await removeAccount({ db }, subdomain, waitMs === undefined ? {} : { waitMs });
    say(`Account ${subdomain} is removed, with ${deleted} rows. Its files are collected by the workers.`);
  });
};

import type { Config } from '../config.ts';
import type { PackageSwitches } from '../domain/package/switches.ts';
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

import type { Config } from '../config.ts';
import { quotaNames, type QuotaName } from '../domain/quota.ts';
import { changeQuotas, type QuotaChange, type QuotaState } from '../use-cases/quotas/account-quotas.ts';
import { say } from './output.ts';
import { withDatabase } from './with-database.ts';

export type QuotaOptions = Partial<Record<QuotaName, string>> & {
  unlimit?: QuotaName[];
  /** What the settings say shall hold again. */
  usual?: QuotaName[];
  json?: boolean;
};

/** @throws Error when a limit is no whole number, or one quota is to be two things. */
export const quotaCommand = (config: Config, subdomain: string, options: QuotaOptions): Promise<void> => {
  const changes = changesOf(options);
  return withDatabase(config, async (db) => {
    const states = await changeQuotas({ db, usual: config.quotas }, subdomain, changes);
    if (options.json) say(JSON.stringify(states));
    else for (const state of states) say(lineOf(state));
  });
};

const changesOf = (options: QuotaOptions): QuotaChange[] => {
  const changes: QuotaChange[] = [
    ...quotaNames.flatMap((name): QuotaChange[] => {
      const given = options[name];
      return given === undefined ? [] : [[name, limitOf(name, given)]];
    }),
    ...(options.unlimit ?? []).map((name): QuotaChange => [name, null]),
    ...(options.usual ?? []).map((name): QuotaChange => [name, undefined]),
  ];
  const twice = changes.find(([name], place) => changes.findIndex(([other]) => other === name) < place);
  if (twice) throw new Error(`say of ${twice[0]} one thing only.`);
  return changes;
};

const limitOf = (name: QuotaName, text: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw new Error(`--${name} must be a whole number from 0.`);
  return Number(text);
};

const lineOf = ({ name, used, allowed, own }: QuotaState): string => {
  const limit = allowed === null ? `${used}, no limit` : `${used} of ${allowed}`;
  return `${name.padEnd(14)} ${limit}${own ? ' (set for this account)' : ''}`;
};

import { insertAccount, type Account } from '../db/accounts.ts';
import type { Deps } from '../deps.ts';
import { InvalidRequestError } from '../errors.ts';

const SUBDOMAIN = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** @throws InvalidRequestError, AppError `subdomain_taken` */
export const createAccount = async ({ db }: Pick<Deps, 'db'>, subdomain: string): Promise<Account> => {
  if (!SUBDOMAIN.test(subdomain))
    throw new InvalidRequestError(
      `"${subdomain}" is no subdomain: use a-z, 0-9 and hyphens, 63 characters at the most.`,
    );
  return insertAccount(db, subdomain);
};

import { randomUUID } from 'node:crypto';
import { findAccountBySubdomain } from '../../db/accounts.ts';
import { hasDoorRecord, insertDoorRecord } from '../../db/door-records.ts';
import type { Deps } from '../../deps.ts';
import { isUuid } from '../../domain/uuid.ts';
import { AppError, InvalidRequestError, NotFoundError } from '../../errors.ts';
import { checkName } from './check-name.ts';
import { environmentType, listEnvironments, MOST_ENVIRONMENTS, type Environment } from './list-environments.ts';

export interface CreateEnvironmentInput {
  subdomain: string;
  name: string;
  /** A UUID; otherwise one is drawn. */
  id?: string | undefined;
}

/** @throws NotFoundError, InvalidRequestError, AppError `key_taken` when any account has an environment with the id. */
export const createEnvironment = async (
  { db }: Pick<Deps, 'db'>,
  { subdomain, name, id = randomUUID() }: CreateEnvironmentInput,
): Promise<Environment> => {
  checkName(name);
  if (!isUuid(id)) throw new InvalidRequestError(`"${id}" is no UUID.`);
  const account = await findAccountBySubdomain(db, subdomain);
  if (!account) throw new NotFoundError(`There is no account "${subdomain}".`);
  const key = id.toLowerCase();
  const type = environmentType(account.id);
  if ((await listEnvironments({ db }, account.id)).length >= MOST_ENVIRONMENTS)
    throw new InvalidRequestError(`An account can have ${MOST_ENVIRONMENTS} environments.`);
  if (await hasDoorRecord(db, type, key))
    throw new AppError('key_taken', 409, `There is an environment "${key}" already.`);
  await insertDoorRecord(db, type, { key, attributes: { name } });
  return { id: key, name };
};

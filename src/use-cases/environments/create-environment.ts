import { randomUUID } from 'node:crypto';
import { findAccountBySubdomain } from '../../db/accounts.ts';
import { changeDoorRecord, findDoorRecord, insertDoorRecord } from '../../db/door-records.ts';
import type { Deps } from '../../deps.ts';
import { isUuid } from '../../domain/uuid.ts';
import { InvalidRequestError, NotFoundError } from '../../errors.ts';
import { refuseOverQuota, withQuotas } from '../quotas/with-quotas.ts';
import { checkName } from './check-name.ts';
import { environmentType, listEnvironments, MOST_ENVIRONMENTS, type Environment } from './list-environments.ts';

export interface CreateEnvironmentInput {
  subdomain: string;
  name: string;
  /** A UUID; otherwise one is drawn. */
  id?: string | undefined;
}

/**
 * @throws NotFoundError, InvalidRequestError, AppError `key_taken` when any account has an environment with the id,
 *   OwnRuleError `quota_exceeded`
 */
export const createEnvironment = async (
  deps: Pick<Deps, 'db' | 'config'>,
  { subdomain, name, id = randomUUID() }: CreateEnvironmentInput,
): Promise<Environment> => {
  checkName(name);
  if (!isUuid(id)) throw new InvalidRequestError(`"${id}" is no UUID.`);
  const account = await findAccountBySubdomain(deps.db, subdomain);
  if (!account) throw new NotFoundError(`There is no account "${subdomain}".`);
  const key = id.toLowerCase();
  const type = environmentType(account.id);
  const [first] = await listEnvironments(deps, account.id);
  await withQuotas(deps, account.id, async (tx, quotas) => {
    // Changes nothing but holds the account's first one: others are added one after the other.
    const held = await findDoorRecord(tx, type, first!.id);
    if (held) await changeDoorRecord(tx, type, held.id, {});
    if ((await listEnvironments({ db: tx }, account.id)).length >= MOST_ENVIRONMENTS)
      throw new InvalidRequestError(`An account can have ${MOST_ENVIRONMENTS} environments.`);
    await insertDoorRecord(tx, type, { key, attributes: { name } });
    await refuseOverQuota(tx, quotas, { environments: 1 });
  });
  return { id: key, name };
};

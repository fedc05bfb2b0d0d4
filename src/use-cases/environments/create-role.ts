import { findAccountBySubdomain } from '../../db/accounts.ts';
import { changeDoorRecord, findDoorRecord, insertDoorRecord } from '../../db/door-records.ts';
import type { Deps } from '../../deps.ts';
import { isUuid } from '../../domain/uuid.ts';
import { AppError, InvalidRequestError, NotFoundError } from '../../errors.ts';
import { refuseOverQuota, withQuotas } from '../quotas/with-quotas.ts';
import { checkName } from './check-name.ts';
import { environmentType, listEnvironments } from './list-environments.ts';
import { listRoles, MOST_ROLES, roleType, type EnvironmentRole } from './list-roles.ts';

export interface CreateRoleInput {
  subdomain: string;
  /** Otherwise the account's first one. */
  environmentId?: string | undefined;
  id: string;
  codename: string;
  name: string;
}

const CODENAME = /^[\w-]{1,60}$/;

/**
 * @throws NotFoundError, InvalidRequestError, AppError `key_taken` when the environment has the id or the codename,
 *   OwnRuleError `quota_exceeded`
 */
export const createRole = async (
  deps: Pick<Deps, 'db' | 'config'>,
  { subdomain, environmentId, codename, name, ...input }: CreateRoleInput,
): Promise<EnvironmentRole> => {
  checkName(name);
  if (!isUuid(input.id)) throw new InvalidRequestError(`"${input.id}" is no UUID.`);
  if (!CODENAME.test(codename))
    throw new InvalidRequestError(`"${codename}" is no codename: 1 to 60 of the characters A-Z a-z 0-9 _ -.`);
  const account = await findAccountBySubdomain(deps.db, subdomain);
  if (!account) throw new NotFoundError(`There is no account "${subdomain}".`);
  const accountId = account.id;
  const wanted = (environmentId ?? (await listEnvironments(deps, accountId))[0]!.id).toLowerCase();
  const id = input.id.toLowerCase();
  await withQuotas(deps, accountId, async (tx, quotas) => {
    const environment = await findDoorRecord(tx, environmentType(accountId), wanted);
    // Changes nothing but holds the environment: roles are added to it one after the other.
    if (!environment || !(await changeDoorRecord(tx, environmentType(accountId), environment.id, {})))
      throw new NotFoundError(`There is no environment "${wanted}" in the account "${subdomain}".`);
    const ref = { accountId, environmentId: wanted };
    const roles = await listRoles({ db: tx }, ref);
    if (roles.length >= MOST_ROLES) throw new InvalidRequestError(`An environment can have ${MOST_ROLES} roles.`);
    if (roles.some((role) => role.id === id))
      throw new AppError('key_taken', 409, `There is a role with the id "${id}" already.`);
    if (roles.some((role) => role.codename === codename))
      throw new AppError('key_taken', 409, `There is a role "${codename}" already.`);
    await insertDoorRecord(tx, roleType(ref), { key: codename, attributes: { id, name } });
    await refuseOverQuota(tx, quotas, { roles: 1 });
  });
  return { id, codename, name };
};

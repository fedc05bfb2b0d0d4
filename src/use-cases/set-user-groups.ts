import { insertAuditEntry } from '../db/audit-entries.ts';
import { withTransaction } from '../db/pool.ts';
import { findUserByEmail, setUserGroups as setGroups } from '../db/users.ts';
import type { Deps } from '../deps.ts';
import { machineActor } from '../domain/audit.ts';
import { isStorable } from '../domain/storable-text.ts';
import { InvalidRequestError, NotFoundError } from '../errors.ts';

const LONGEST_GROUP = 255;

/**
 * Puts a user into these groups and no others. Credentials are believed for 10 s, so it counts within that time.
 *
 * @throws NotFoundError, InvalidRequestError
 */
export const setUserGroups = async (
  { db }: Pick<Deps, 'db'>,
  { email, groups }: { email: string; groups: string[] },
): Promise<void> => {
  const wanted = checkGroups(groups);
  await withTransaction(db, async (tx) => {
    const user = await findUserByEmail(tx, email);
    if (!user) throw new NotFoundError(`There is no user "${email}".`);
    const { accountId, id } = user;
    await setGroups(tx, { accountId, id, groups: wanted });
    const subject = { type: 'user', id, name: user.email } as const;
    const changed = { before: { groups: user.groups }, after: { groups: wanted } };
    await insertAuditEntry(tx, { accountId, actor: machineActor, action: 'update', subject, ...changed });
  });
};

/**
 * Names of groups as they are kept: each once.
 *
 * @throws InvalidRequestError for one that is empty or too long.
 */
export const checkGroups = (groups: string[]): string[] => {
  const wrong = groups.find((group) => group.trim() === '' || group.length > LONGEST_GROUP || !isStorable(group));
  if (wrong !== undefined)
    throw new InvalidRequestError(
      `A group is a text of 1 to ${LONGEST_GROUP} characters; ${JSON.stringify(wrong)} is not.`,
    );
  return [...new Set(groups.map((group) => group.trim()))];
};

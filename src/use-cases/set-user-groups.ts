import { setUserGroups as setGroups } from '../db/users.ts';
import type { Deps } from '../deps.ts';
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
  if (!(await setGroups(db, email, checkGroups(groups)))) throw new NotFoundError(`There is no user "${email}".`);
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

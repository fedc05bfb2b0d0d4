import { deleteInstallation } from '../db/installations.ts';
import type { Deps } from '../deps.ts';
import { NotFoundError } from '../errors.ts';

/** @throws NotFoundError when the account has no such installation. */
export const removeInstallation = async ({ db }: Pick<Deps, 'db'>, accountId: number, id: number): Promise<void> => {
  if (!(await deleteInstallation(db, accountId, id)))
    throw new NotFoundError(`There is no installation ${id} in this account.`);
};

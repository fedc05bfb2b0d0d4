import { deleteApp as deleteAppRow } from '../db/apps.ts';
import type { Deps } from '../deps.ts';
import { NotFoundError } from '../errors.ts';

/**
 * Removes an app with its versions and, in every account, its installations. The collector frees the blobs later.
 *
 * @throws NotFoundError when the account owns no such app.
 */
export const deleteApp = async ({ db }: Pick<Deps, 'db'>, accountId: number, id: number): Promise<void> => {
  if (!(await deleteAppRow(db, accountId, id))) throw new NotFoundError(`There is no app ${id} of this account.`);
};

import { setAppVisibility, type App } from '../db/apps.ts';
import type { Deps } from '../deps.ts';
import { NotFoundError } from '../errors.ts';

/**
 * Shows an app to all accounts, or to its own again. An operator's act: what a package says of itself is only a wish.
 *
 * @throws NotFoundError
 */
export const publishApp = async (
  { db }: Pick<Deps, 'db'>,
  id: number,
  visibility: App['visibility'],
): Promise<void> => {
  if (!(await setAppVisibility(db, id, visibility))) throw new NotFoundError(`There is no app ${id}.`);
};

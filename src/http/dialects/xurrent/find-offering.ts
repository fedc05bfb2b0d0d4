import { loadListedApps, type AppView, type ListedApp } from '../../../db/catalogue-lists.ts';
import type { Deps } from '../../../deps.ts';
import { ForbiddenError, NotFoundError } from '../../../errors.ts';
import { KIND } from './kind.ts';
import { readId } from './node-id.ts';

/**
 * An offering as one of these views has it, the first that does.
 */
export const findOffering = async (
  { db }: Pick<Deps, 'db'>,
  { accountId, id }: { accountId: number; id: number },
  views: readonly AppView[],
): Promise<ListedApp | undefined> => {
  for (const view of views) {
    const [app] = await loadListedApps(db, { accountId, kind: KIND, view }, { ids: [id] });
    if (app) return app;
  }
  return undefined;
};

/** The account's own is shown as it is being worked on, another one's as it was published, or installed, last. */
export const READABLE: readonly AppView[] = ['draft', 'released', 'installed'];

/** @throws NotFoundError when the account can see no such offering. */
export const getOffering = async (
  deps: Pick<Deps, 'db'>,
  { accountId, asked }: { accountId: number; asked: string },
): Promise<ListedApp> => {
  const id = readId('AppOffering', asked);
  const app = id === undefined ? undefined : await findOffering(deps, { accountId, id }, READABLE);
  if (!app) throw new NotFoundError(`There is no app offering ${asked.slice(0, 100)}.`);
  return app;
};

/**
 * @throws NotFoundError when the account can see no such offering; ForbiddenError when it sees it and does not own it.
 */
export const ownOffering = async (
  deps: Pick<Deps, 'db'>,
  asked: { accountId: number; asked: string },
): Promise<ListedApp> => {
  const app = await getOffering(deps, asked);
  if (app.accountId !== asked.accountId) throw new ForbiddenError('This app offering is of another account.');
  return app;
};

import type { Response } from 'express';
import { findCatalogueApp, findVersionOwner, type CatalogueApp, type CatalogueVersion } from '../../../db/catalogue.ts';
import { listVersionOutlines, withAttributesOf } from '../../../db/catalogue-versions.ts';
import type { Deps } from '../../../deps.ts';
import type { ReadVersions } from '../../../use-cases/catalogue/change-app.ts';
import { ForbiddenError } from '../../../errors.ts';
import { isOperator, userOf } from '../../auth.ts';
import { stateOf } from './find-version.ts';
import { readAppId, readVersionId } from './ids.ts';
import { KIND } from './kind.ts';
import { noApp, noVersion } from './not-found.ts';

/** An app as whoever asks may see it. */
export interface SeenApp {
  app: CatalogueApp;
  /** Without their attributes; of another account's app only the one that is live. */
  versions: CatalogueVersion[];
  /** Of the asker's account, or asked for by an operator, who reviews those of all. */
  own: boolean;
}

/** Two statements. Undefined: the account may not see it. Another account's app is seen while it is live. */
const readApp = async (
  { db }: Pick<Deps, 'db'>,
  accountId: number,
  asked: { by: 'externalId' | 'version'; value: string },
): Promise<SeenApp | undefined> => {
  const app = await findCatalogueApp(db, { accountId, kind: KIND, ...asked });
  if (!app) return undefined;
  if (app.accountId === accountId) return { app, versions: await listVersionOutlines(db, app.id), own: true };
  return isLive(app) ? { app, versions: [app.current], own: false } : undefined;
};

/** Of an app of another account. Operators can show any app to all through another door, drafts too. */
export const isLive = ({ current }: CatalogueApp): boolean => stateOf(current) === 'LIVE';

/** @throws NotFoundError; ForbiddenError for an operator, who belongs to no account. */
export const getApp = async (deps: Pick<Deps, 'db'>, res: Response, id: string): Promise<SeenApp> => {
  const { accountId } = userOf(res);
  const value = readAppId(id);
  const seen = value === undefined ? undefined : await readApp(deps, accountId, { by: 'externalId', value });
  if (!seen) throw noApp(id);
  return seen;
};

export interface SeenVersion extends SeenApp {
  version: CatalogueVersion;
}

/** A version that a user may see; for an operator, any. @throws NotFoundError */
export const getVersion = async (deps: Pick<Deps, 'db'>, res: Response, id: string): Promise<SeenVersion> => {
  const value = readVersionId(id);
  if (value === undefined) throw noVersion(id);
  const accountId = isOperator(res) ? await findVersionOwner(deps.db, KIND, value) : userOf(res).accountId;
  const seen = accountId === undefined ? undefined : await readApp(deps, accountId, { by: 'version', value });
  const outline = seen?.versions.find(({ externalId }) => externalId === value);
  if (!seen || !outline) throw noVersion(id);
  const [version] = await withAttributesOf(deps.db, seen.app.id, { versions: [outline], ids: [outline.id] });
  return { ...seen, version: version! };
};

/** @throws ForbiddenError for an app that its asker sees, but that is another account's. */
export const refuseForeign = ({ own }: SeenApp): void => {
  if (!own) throw new ForbiddenError('This app is of another organization; you have no access to its versions.');
};

/**
 * Reads all versions of an app, only some of them with their attributes, which may be large.
 *
 * @param isWanted which versions a rule needs whole, from what all of them have.
 */
export const readSomeWhole =
  (isWanted: (version: CatalogueVersion, all: readonly CatalogueVersion[]) => boolean): ReadVersions =>
  async (tx, { id }) => {
    const versions = await listVersionOutlines(tx, id);
    const ids = versions.filter((version) => isWanted(version, versions)).map((version) => version.id);
    return withAttributesOf(tx, id, { versions, ids });
  };

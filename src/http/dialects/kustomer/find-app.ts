import {
  findCatalogueApp,
  findCatalogueVersion,
  type CatalogueApp,
  type CatalogueVersion,
} from '../../../db/catalogue.ts';
import type { Queryable } from '../../../db/pool.ts';
import type { Deps } from '../../../deps.ts';
import { NotFoundError } from '../../../errors.ts';
import { KIND } from './kind.ts';
import { namespaced, splitAppVersion, type AppVersion } from './names.ts';
import { mayRead, type Organisation } from './organisation.ts';
import { beginningOf } from './shortened.ts';

const LONGEST_SHOWN = 160;

export const notFound = (what: string, asked: string): NotFoundError =>
  new NotFoundError(`There is no ${what} "${beginningOf(asked, LONGEST_SHOWN)}" for this organisation.`);

/** The organisation's own app of this name, plain or namespaced, otherwise a public one that is called so. */
const findAppCalled = async (
  { db }: Pick<Deps, 'db'>,
  organisation: Organisation,
  name: string,
): Promise<CatalogueApp | undefined> => {
  const { accountId, organisationId } = organisation;
  const keys = [namespaced(name, organisationId), name].filter((key) => mayRead(organisation, key));
  for (const key of new Set(keys)) {
    const app = await findCatalogueApp(db, { accountId, kind: KIND, by: 'key', value: key });
    if (app) return app;
  }
  return undefined;
};

/** @throws NotFoundError for a path segment that names nothing. */
export const appVersionOf = (segment: string): AppVersion => {
  const named = splitAppVersion(segment);
  if (!named) throw notFound('app version', segment);
  return named;
};

export interface FoundVersion {
  app: CatalogueApp;
  version: CatalogueVersion;
}

/** @param wanted a number, or `latest`, which is the app's current one. Nothing is read of its other versions. */
export const findVersion = async (
  db: Queryable,
  { id, current }: CatalogueApp,
  wanted: string,
): Promise<CatalogueVersion | undefined> =>
  wanted === 'latest' || wanted === current.version ? current : findCatalogueVersion(db, id, wanted);

/** @throws NotFoundError when the organisation can see no such version. */
export const getVersion = async (
  deps: Pick<Deps, 'db'>,
  organisation: Organisation,
  { name, version: wanted }: AppVersion,
): Promise<FoundVersion> => {
  const app = await findAppCalled(deps, organisation, name);
  const version = app && (await findVersion(deps.db, app, wanted));
  if (!version) throw notFound('app version', `${name}-${wanted}`);
  return { app, version };
};

import { findCatalogueApp, type CatalogueApp, type CatalogueRef } from '../../../db/catalogue.ts';
import type { Deps } from '../../../deps.ts';
import type { EnvironmentRef } from '../../../use-cases/environments/list-roles.ts';
import { NotFoundError } from '../../../errors.ts';
import { environmentIdOf, keyOf } from './custom-app.ts';
import { KIND } from './kind.ts';
import { notFound } from './not-found.ts';
import type { Reference } from './reference.ts';

/** @throws NotFoundError for what nothing can be called. */
export const catalogueRefOf = (
  { accountId, environmentId }: EnvironmentRef,
  { by, value }: Reference,
): CatalogueRef => {
  if (by === undefined) throw notFound('custom app', value);
  return by === 'id'
    ? { accountId, kind: KIND, by: 'externalId', value }
    : { accountId, kind: KIND, by: 'key', value: keyOf(environmentId, value) };
};

/** An id may be of another environment, or of another account's app that everyone can see. */
export const isIn = ({ accountId, environmentId }: EnvironmentRef, app: CatalogueApp): boolean =>
  app.accountId === accountId && environmentIdOf(app) === environmentId;

/** @throws NotFoundError when the environment has no such app. */
export const getCustomApp = async (
  { db }: Pick<Deps, 'db'>,
  environment: EnvironmentRef,
  reference: Reference,
): Promise<CatalogueApp> => {
  const app = await findCatalogueApp(db, catalogueRefOf(environment, reference));
  if (!app || !isIn(environment, app)) throw notFound('custom app', reference.value);
  return app;
};

/** For a promise: the catalogue names an app by numbers that clients do not know. */
export const knownAs =
  ({ value }: Reference) =>
  (err: unknown): never => {
    throw err instanceof NotFoundError ? notFound('custom app', value) : err;
  };

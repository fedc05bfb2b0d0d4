import { listCatalogueApps } from '../../../db/catalogue.ts';
import type { Deps } from '../../../deps.ts';
import { InvalidRequestError } from '../../../errors.ts';
import type { EnvironmentRef } from '../../../use-cases/environments/list-roles.ts';
import { continuationToken, readContinuationToken } from './continuation.ts';
import { keyOf } from './custom-app.ts';
import { KIND } from './kind.ts';
import { presentCustomApp } from './present.ts';

/** Each app may have 100,000 characters of configuration, and a page is put together in memory. */
const PAGE_SIZE = 50;

export interface PageInput {
  environment: EnvironmentRef;
  /** Of the link to the next page. */
  baseUrl: string;
  keys: readonly Buffer[];
  /** Undefined: the first page. */
  token: string | undefined;
}

/**
 * A page of an environment's apps in the order in which they were added. Apps that come or go meanwhile do not move the
 * others: nothing is left out or shown twice. One round trip.
 *
 * @throws InvalidRequestError for a token that is not ours, or of another list.
 */
export const customAppPage = async ({ db }: Pick<Deps, 'db'>, { environment, keys, token, baseUrl }: PageInput) => {
  const { accountId, environmentId } = environment;
  const after = token === undefined ? 0 : readContinuationToken(keys, environment, token);
  if (after === undefined)
    throw new InvalidRequestError('The continuation token is not valid.', {
      'x-continuation': ['is no token that was given for this list'],
    });
  const keyPrefix = keyOf(environmentId, '');
  const found = await listCatalogueApps(db, {
    accountId,
    kind: KIND,
    ownedOnly: true,
    keyPrefix,
    after,
    limit: PAGE_SIZE + 1,
  });
  const apps = found.slice(0, PAGE_SIZE);
  const next = found.length > PAGE_SIZE ? continuationToken(keys, environment, apps.at(-1)!.id) : null;
  const address = `${baseUrl}/v2/projects/${environmentId}/custom-apps?continuationToken=`;
  return {
    custom_apps: apps.map(presentCustomApp),
    pagination: { continuation_token: next, next_page: next === null ? null : address + encodeURIComponent(next) },
  };
};

import type { Request, Response } from 'express';
import { readCatalogueApps } from '../../../db/catalogue-pages.ts';
import type { Deps } from '../../../deps.ts';
import { InvalidRequestError } from '../../../errors.ts';
import type { EnvironmentRef } from '../../../use-cases/environments/list-roles.ts';
import { mapChunks, sendList } from '../../send-list.ts';
import { continuationToken, readContinuationToken } from './continuation.ts';
import { keyOf } from './custom-app.ts';
import { KIND } from './kind.ts';
import { presentCustomApp } from './present.ts';

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
 * Sends a page of an environment's apps in the order in which they were added. Apps that come or go meanwhile do not move the
 * others: nothing is left out or shown twice.
 *
 * @throws InvalidRequestError for a token that is not ours, or of another list.
 */
export const sendCustomApps = async (
  deps: Pick<Deps, 'db' | 'log'>,
  { req, res }: { req: Request; res: Response },
  { environment, keys, token, baseUrl }: PageInput,
): Promise<void> => {
  const { accountId, environmentId } = environment;
  const after = token === undefined ? 0 : readContinuationToken(keys, environment, token);
  if (after === undefined)
    throw new InvalidRequestError('The continuation token is not valid.', {
      'x-continuation': ['is no token that was given for this list'],
    });
  const keyPrefix = keyOf(environmentId, '');
  const { chunks, lastOfMore } = readCatalogueApps(deps.db, {
    accountId,
    kind: KIND,
    ownedOnly: true,
    keyPrefix,
    after,
    limit: PAGE_SIZE,
  });
  const address = `${baseUrl}/v2/projects/${environmentId}/custom-apps?continuationToken=`;
  const tail = (): string => {
    const last = lastOfMore();
    const next = last ? continuationToken(keys, environment, last.id) : null;
    const pagination = {
      continuation_token: next,
      next_page: next === null ? null : address + encodeURIComponent(next),
    };
    return `],"pagination":${JSON.stringify(pagination)}}`;
  };
  const items = mapChunks(chunks, (apps) => apps.map(presentCustomApp));
  await sendList(deps, { req, res }, { head: '{"custom_apps":[', tail }, items);
};

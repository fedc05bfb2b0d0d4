import type { Request, Response } from 'express';
import { findCatalogueApp } from '../../../db/catalogue.ts';
import { readCatalogueApps } from '../../../db/catalogue-pages.ts';
import type { Deps } from '../../../deps.ts';
import { invalidField } from '../../../errors.ts';
import { mapChunks, sendList } from '../../send-list.ts';
import { presentRequest } from './envelope.ts';
import { readAppId } from './ids.ts';
import { KIND } from './kind.ts';
import { LISTED_ATTRIBUTES, presentListed } from './present-app.ts';
import { isLive } from './read-app.ts';

interface ListInput {
  accountId: number;
  limit: number;
  /** Id of the last app of the page before. */
  after: string | undefined;
}

/**
 * Sends the account's own apps and those that others have live for it, in the order in which they were registered: a page,
 * and after which app the next one begins.
 *
 * @throws InvalidRequestError for an `after` that is no app the account sees.
 */
export const sendApps = async (
  deps: Pick<Deps, 'db' | 'config' | 'log'>,
  { req, res }: { req: Request; res: Response },
  { accountId, limit, after }: ListInput,
): Promise<void> => {
  const { db, config } = deps;
  const host = new URL(config.publicUrl).host;
  const { chunks, lastOfMore } = readCatalogueApps(db, {
    accountId,
    kind: KIND,
    ownedOnly: false,
    after: after === undefined ? undefined : await placeOf(db, accountId, after),
    limit,
    only: LISTED_ATTRIBUTES,
  });
  const items = mapChunks(chunks, (apps) =>
    apps
      .filter((app) => app.accountId === accountId || isLive(app))
      .map((app) => presentListed(app, { host, own: app.accountId === accountId })),
  );
  const tail = (): string =>
    `],"next":${JSON.stringify(lastOfMore()?.externalId ?? null)}},"request":${JSON.stringify(presentRequest(res))}}`;
  await sendList(deps, { req, res }, { head: '{"data":{"apps":[', tail }, items);
};

const placeOf = async (db: Deps['db'], accountId: number, after: string): Promise<number> => {
  const value = readAppId(after);
  const app = value && (await findCatalogueApp(db, { accountId, kind: KIND, by: 'externalId', value }));
  if (app) return app.id;
  throw invalidField('after', 'is no app that you see');
};

import { findCatalogueApp, listCatalogueApps } from '../../../db/catalogue.ts';
import type { Deps } from '../../../deps.ts';
import { invalidField } from '../../../errors.ts';
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
 * The account's own apps and those that others have live for it, in the order in which they were registered: a page, and
 * after which app the next one begins. One statement; two for a page that is not the first.
 *
 * @throws InvalidRequestError for an `after` that is no app the account sees.
 */
export const listApps = async ({ db, config }: Pick<Deps, 'db' | 'config'>, { accountId, limit, after }: ListInput) => {
  const host = new URL(config.publicUrl).host;
  const found = await listCatalogueApps(db, {
    accountId,
    kind: KIND,
    ownedOnly: false,
    after: after === undefined ? undefined : await placeOf(db, accountId, after),
    limit: limit + 1,
    only: LISTED_ATTRIBUTES,
  });
  const page = found.slice(0, limit);
  const seen = page.filter((app) => app.accountId === accountId || isLive(app));
  return {
    apps: seen.map((app) => presentListed(app, { host, own: app.accountId === accountId })),
    next: found.length > limit ? page.at(-1)!.externalId : null,
  };
};

const placeOf = async (db: Deps['db'], accountId: number, after: string): Promise<number> => {
  const value = readAppId(after);
  const app = value && (await findCatalogueApp(db, { accountId, kind: KIND, by: 'externalId', value }));
  if (app) return app.id;
  throw invalidField('after', 'is no app that you see');
};

import type { Request, RequestHandler } from 'express';
import { lastUnlistedApp, readApps, type AppFilter } from '../../../db/app-lists.ts';
import type { Deps } from '../../../deps.ts';
import { createHtmlReader } from '../../../use-cases/texts/read-html.ts';
import { userOf } from '../../auth.ts';
import { sendList } from '../../send-list.ts';
import { readAppView, setLanguages, varyByLanguage } from './app-view.ts';
import { APP_KIND } from './kind.ts';
import { localeFor, presentApp, type AppUrls } from './present-app.ts';
import { MOST_LISTED, startOf } from './whole-list.ts';

/** Lists the account's apps, and also those published to it unless `ownedOnly`. */
export const listApps =
  (
    deps: Deps,
    urlsOf: (req: Request) => AppUrls,
    listing: Pick<AppFilter, 'ownedOnly' | 'installableIn'>,
  ): RequestHandler =>
  async (req, res) => {
    const view = readAppView(req);
    const urls = urlsOf(req);
    const { accountId } = userOf(res);
    const filter = { accountId, kind: APP_KIND, ...listing };
    const after = startOf(deps, await lastUnlistedApp(deps.db, filter, MOST_LISTED), { of: 'apps', accountId });
    const locales = new Set<string>();
    const html = createHtmlReader(deps);
    const items = async function* () {
      for await (const apps of readApps(deps.db, { filter, after }, localeFor(view))) {
        for (const { locale } of apps) locales.add(locale);
        const htmlOf = await html.read(apps);
        yield apps.map((app) => JSON.stringify(presentApp(app, { urls, view, htmlOf })));
      }
    };
    varyByLanguage(res);
    const onWhole = (): void => setLanguages(res, locales);
    await sendList(deps, { req, res }, { head: '{"apps":[', tail: () => ']}', onWhole }, items());
  };

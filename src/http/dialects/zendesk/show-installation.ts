import type { Request, RequestHandler } from 'express';
import { findListedApp } from '../../../db/app-lists.ts';
import { findApp } from '../../../db/apps.ts';
import { findOwnerEmail } from '../../../db/users.ts';
import type { Deps } from '../../../deps.ts';
import { NotFoundError } from '../../../errors.ts';
import { getInstallation } from '../../../use-cases/get-installation.ts';
import { createHtmlReader } from '../../../use-cases/texts/read-html.ts';
import { userOf } from '../../auth.ts';
import { createBaseUrl } from '../../base-url.ts';
import { parse } from '../../parse.ts';
import { includesApp, readAppView, setLanguages } from './app-view.ts';
import { APP_KIND } from './kind.ts';
import type { Prefix } from './prefixes.ts';
import { localeFor, presentApp, type AppUrls } from './present-app.ts';
import { presentInstallation } from './present-installation.ts';
import { presentShownInstallation } from './present-shown-installation.ts';
import { idParams } from './schema.ts';

/** Shows one installation: below `sell` in the shape of that API's page, below every other slot as lists show it. */
export const showInstallation = (deps: Deps, prefix: Prefix): RequestHandler =>
  prefix.product === 'sell' ? showWrapped(deps, prefix) : showFlat(deps, prefix);

const createUrls = ({ config }: Pick<Deps, 'config'>, { path }: Prefix): ((req: Request) => AppUrls) => {
  const baseUrlOf = createBaseUrl(config);
  return (req) => ({ baseUrl: baseUrlOf(req), appsPath: `${path}/apps` });
};

/** One round trip, and three more with its app. */
const showFlat = (deps: Deps, prefix: Prefix): RequestHandler => {
  const urlsOf = createUrls(deps, prefix);
  return async (req, res) => {
    const { id } = parse(idParams, req.params);
    const view = readAppView(req);
    const viewer = userOf(res);
    const { accountId } = viewer;
    const installation = await getInstallation(deps.db, { accountId, id, kind: APP_KIND });
    const presented = presentInstallation(installation, viewer);
    if (!includesApp(req)) return void res.json(presented);
    const ref = { accountId, id: installation.appId, kind: APP_KIND };
    const app = await findListedApp(deps.db, ref, localeFor(view));
    setLanguages(res, app ? [app.locale] : []);
    const htmlOf = app && (await createHtmlReader(deps).read([app]));
    const presentedApp = app && htmlOf ? presentApp(app, { urls: urlsOf(req), view, htmlOf }) : null;
    res.json({ ...presented, app: presentedApp });
  };
};

/** Three round trips, and three more with its app. */
const showWrapped = (deps: Deps, prefix: Prefix): RequestHandler => {
  const urlsOf = createUrls(deps, prefix);
  return async (req, res) => {
    const { id } = parse(idParams, req.params);
    const view = readAppView(req);
    const viewer = userOf(res);
    const { accountId } = viewer;
    const installation = await getInstallation(deps.db, { accountId, id, kind: APP_KIND });
    const ref = { accountId, id: installation.appId, kind: APP_KIND };
    const app = await findApp(deps.db, ref);
    const shown = includesApp(req) ? await findListedApp(deps.db, ref, localeFor(view)) : undefined;
    if (!app) throw new NotFoundError(`There is no installation ${id} in this account.`);
    const ownerEmail = await findOwnerEmail(deps.db, accountId);
    const locale = view.wishes.find((wish) => wish !== '*') ?? app.definition.defaultLocale;
    const htmlOf = shown && (await createHtmlReader(deps).read([shown]));
    setLanguages(res, shown ? [shown.locale] : []);
    res.json({
      installation: {
        ...presentShownInstallation({ installation, app, ownerEmail, locale, viewer }),
        ...(shown && htmlOf && { app: presentApp(shown, { urls: urlsOf(req), view, htmlOf }) }),
      },
    });
  };
};

import type { Request, RequestHandler, Response } from 'express';
import { findAppsById } from '../../../db/apps.ts';
import { listInstallations } from '../../../db/installations.ts';
import type { Deps } from '../../../deps.ts';
import { userOf } from '../../auth.ts';
import { includesApp, readAppView, setLanguages } from './app-view.ts';
import { APP_KIND } from './kind.ts';
import type { Prefix } from './prefixes.ts';
import { localeOf, presentApp } from './present-app.ts';
import { presentInstallation } from './present-installation.ts';
import { ASKED_FOR, newestOf, presentAll } from './whole-list.ts';

/** All installations of the account, those too that the one who asks cannot use: `servable` says so. */
export const listAllInstallations = (deps: Deps, { path, product }: Prefix): RequestHandler => {
  const urls = { publicUrl: deps.config.publicUrl, appsPath: `${path}/apps` };

  /** `include=app`: each installation with its app. One more round trip for the whole list. */
  const sideloadedApps = async ({ req, res }: { req: Request; res: Response }, accountId: number, ids: number[]) => {
    if (!includesApp(req)) return () => ({});
    const view = readAppView(req);
    const found = await findAppsById(deps.db, accountId, ids);
    setLanguages(
      res,
      found.map((app) => localeOf(app, view)),
    );
    const apps = new Map(await presentAll(found, (app) => [app.id, presentApp(app, urls, view)] as const));
    return (id: number) => ({ app: apps.get(id) ?? null });
  };

  return async (req, res) => {
    const viewer = userOf(res);
    const { accountId } = viewer;
    const found = await listInstallations(deps.db, { accountId, kind: APP_KIND, product, limit: ASKED_FOR });
    const installations = newestOf(deps, found, { of: 'installations', accountId });
    const apps = await sideloadedApps({ req, res }, accountId, [...new Set(installations.map(({ appId }) => appId))]);
    res.json({
      installations: await presentAll(installations, (installation) => ({
        ...presentInstallation(installation, viewer),
        ...apps(installation.appId),
      })),
    });
  };
};

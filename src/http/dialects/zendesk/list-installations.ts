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

/** The vendor's list has no pages, and its clients read the first one only. */
const MOST_INSTALLATIONS = 10_000;

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
    const apps = new Map(found.map((app) => [app.id, presentApp(app, urls, view)]));
    return (id: number) => ({ app: apps.get(id) ?? null });
  };

  return async (req, res) => {
    const viewer = userOf(res);
    const { accountId } = viewer;
    const installations = await listInstallations(deps.db, {
      accountId,
      kind: APP_KIND,
      product,
      limit: MOST_INSTALLATIONS,
    });
    const apps = await sideloadedApps({ req, res }, accountId, [...new Set(installations.map(({ appId }) => appId))]);
    res.json({
      installations: installations.map((installation) => ({
        ...presentInstallation(installation, viewer),
        ...apps(installation.appId),
      })),
    });
  };
};

import { Router, type Request, type Response } from 'express';
import { findApp, listApps } from '../../../db/apps.ts';
import type { Deps } from '../../../deps.ts';
import { NotFoundError } from '../../../errors.ts';
import { deleteApp } from '../../../use-cases/delete-app.ts';
import { requestBuild } from '../../../use-cases/request-build.ts';
import { actorOf, allow, authenticate, userOf } from '../../auth.ts';
import { acceptJson } from '../../json-body.ts';
import { parse } from '../../parse.ts';
import { readAppView, setLanguages } from './app-view.ts';
import { APP_KIND } from './kind.ts';
import { localeOf, presentApp } from './present-app.ts';
import { buildBody, idParams } from './schema.ts';
import { ASKED_FOR, newestOf, presentAll } from './whole-list.ts';

/** Apps of this door: lists, one app, its builds. */
export const appRoutes = (deps: Deps, appsPath: string): Router => {
  const router = Router();
  const urls = { publicUrl: deps.config.publicUrl, appsPath };
  const signedIn = authenticate(deps);
  const admin = [signedIn, allow('admin')];

  const list = async (req: Request, res: Response, ownedOnly: boolean): Promise<void> => {
    const view = readAppView(req);
    const { accountId } = userOf(res);
    const found = await listApps(deps.db, { accountId, kind: APP_KIND, ownedOnly, limit: ASKED_FOR });
    const apps = newestOf(deps, found, { of: 'apps', accountId });
    setLanguages(
      res,
      apps.map((app) => localeOf(app, view)),
    );
    res.json({ apps: await presentAll(apps, (app) => presentApp(app, urls, view)) });
  };

  const build = (req: Request, res: Response, appId: number | null): Promise<string> => {
    const body = parse(buildBody, req.body);
    const { accountId } = userOf(res);
    const { name, short_description: shortDescription, upload_id: uploadId } = body;
    return requestBuild(deps, {
      appKind: APP_KIND,
      accountId,
      actor: actorOf(req, res),
      uploadId,
      appId,
      name: name ?? null,
      shortDescription: shortDescription ?? null,
    });
  };

  router.get('/', ...admin, (req, res) => list(req, res, false));

  router.get('/owned', ...admin, (req, res) => list(req, res, true));

  router.post('/', ...admin, acceptJson(), async (req, res) => {
    res.status(202).json({ job_id: await build(req, res, null) });
  });

  router.get('/:id', signedIn, async (req, res) => {
    const { id } = parse(idParams, req.params);
    const view = readAppView(req);
    const app = await findApp(deps.db, { accountId: userOf(res).accountId, id, kind: APP_KIND });
    if (!app) throw new NotFoundError(`There is no app ${id} that this account can see.`);
    setLanguages(res, [localeOf(app, view)]);
    res.json(presentApp(app, urls, view));
  });

  router.put('/:id', ...admin, acceptJson(), async (req, res) => {
    const { id } = parse(idParams, req.params);
    res.json({ job_id: await build(req, res, id) });
  });

  router.delete('/:id', ...admin, async (req, res) => {
    const { id } = parse(idParams, req.params);
    await deleteApp(deps, { accountId: userOf(res).accountId, actor: actorOf(req, res), id, kind: APP_KIND });
    res.status(204).end();
  });

  return router;
};

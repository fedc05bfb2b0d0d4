import { Router, type Request, type Response } from 'express';
import { findApp, listApps } from '../../../db/apps.ts';
import type { Deps } from '../../../deps.ts';
import { NotFoundError } from '../../../errors.ts';
import { deleteApp } from '../../../use-cases/delete-app.ts';
import { requestBuild } from '../../../use-cases/request-build.ts';
import { allow, authenticate, userOf } from '../../auth.ts';
import { acceptJson } from '../../json-body.ts';
import { parse } from '../../parse.ts';
import { presentApp } from './present-app.ts';
import { listOf } from './query.ts';
import { buildBody, idParams } from './schema.ts';

/** What apps of this door are called in the catalogue. */
const KIND = 'zendesk';
/** The vendor's lists have no pages; this is more than an account ever had. */
const MOST_APPS = 10_000;

/** Apps of this door: lists, one app, its builds. */
export const appRoutes = (deps: Deps, appsPath: string): Router => {
  const router = Router();
  const urls = { publicUrl: deps.config.publicUrl, appsPath };
  const signedIn = authenticate(deps);
  const admin = [signedIn, allow('admin')];

  const list = async (req: Request, accountId: number, ownedOnly: boolean) => {
    const apps = await listApps(deps.db, { accountId, kind: KIND, ownedOnly, limit: MOST_APPS });
    return { apps: apps.map((app) => presentApp(app, urls, listOf(req.query['exclude']))) };
  };

  const build = (req: Request, res: Response, appId: number | null): Promise<string> => {
    const body = parse(buildBody, req.body);
    const { accountId, id: userId } = userOf(res);
    const { name, short_description: shortDescription, upload_id: uploadId } = body;
    return requestBuild(deps, {
      appKind: KIND,
      accountId,
      userId,
      uploadId,
      appId,
      name: name ?? null,
      shortDescription: shortDescription ?? null,
    });
  };

  router.get('/', ...admin, async (req, res) => {
    res.json(await list(req, userOf(res).accountId, false));
  });

  router.get('/owned', ...admin, async (req, res) => {
    res.json(await list(req, userOf(res).accountId, true));
  });

  router.post('/', ...admin, acceptJson(), async (req, res) => {
    res.status(202).json({ job_id: await build(req, res, null) });
  });

  router.get('/:id', signedIn, async (req, res) => {
    const { id } = parse(idParams, req.params);
    const app = await findApp(deps.db, userOf(res).accountId, id);
    if (!app) throw new NotFoundError(`There is no app ${id} that this account can see.`);
    res.json(presentApp(app, urls));
  });

  router.put('/:id', ...admin, acceptJson(), async (req, res) => {
    const { id } = parse(idParams, req.params);
    res.json({ job_id: await build(req, res, id) });
  });

  router.delete('/:id', ...admin, async (req, res) => {
    const { id } = parse(idParams, req.params);
    await deleteApp(deps, userOf(res).accountId, id);
    res.status(204).end();
  });

  return router;
};

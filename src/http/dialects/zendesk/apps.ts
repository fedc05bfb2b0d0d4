import { Router, type Request, type Response } from 'express';
import { findListedApp } from '../../../db/app-lists.ts';
import type { Deps } from '../../../deps.ts';
import { NotFoundError } from '../../../errors.ts';
import { deleteApp } from '../../../use-cases/delete-app.ts';
import { requestBuild } from '../../../use-cases/request-build.ts';
import { createHtmlReader } from '../../../use-cases/texts/read-html.ts';
import { acceptFields } from '../../accept-fields.ts';
import { actorOf, allow, authenticate, userOf } from '../../auth.ts';
import { createBaseUrl } from '../../base-url.ts';
import { answerOnce } from '../../idempotency.ts';
import { ignoredHeader } from '../../ignored.ts';
import { parse } from '../../parse.ts';
import { readAppView, setLanguages } from './app-view.ts';
import { APP_KIND } from './kind.ts';
import { listApps } from './list-apps.ts';
import { localeFor, presentApp, type AppUrls } from './present-app.ts';
import type { Prefix } from './prefixes.ts';
import { readFields } from './read-fields.ts';
import { buildBody, idParams } from './schema.ts';

/** Apps of this door: lists, one app, its builds. */
export const appRoutes = (deps: Deps, { path, product }: Prefix): Router => {
  const router = Router();
  const appsPath = `${path}/apps`;
  const baseUrlOf = createBaseUrl(deps.config);
  const urlsOf = (req: Request): AppUrls => ({ baseUrl: baseUrlOf(req), appsPath });
  const signedIn = authenticate(deps);
  const admin = [signedIn, allow('admin')];

  const build = (req: Request, res: Response, { appId, status }: { appId: number | null; status: number }) => {
    const { fields: body, ignored } = readFields(req, buildBody);
    const { name = null, short_description: shortDescription = null, upload_id: uploadId } = body;
    const headers = ({ job_id }: { job_id: string }) => ({
      ...ignoredHeader(ignored),
      ...(status === 202 && { Location: `${baseUrlOf(req)}${appsPath}/job_statuses/${job_id}.json` }),
    });
    const fields = { appId, uploadId, name, shortDescription };
    return answerOnce(deps, { req, res }, { route: 'zendesk: build', fields, headers }, async (within) => {
      const request = { appKind: APP_KIND, accountId: userOf(res).accountId, actor: actorOf(req, res), ...fields };
      return { status, body: { job_id: await requestBuild(within, request) } };
    });
  };

  // The vendor's page of Sell has the list for admins, and of what Sell can install; the page of all products, for everyone.
  const ofSell = product === 'sell';
  const listing = { ownedOnly: false, ...(ofSell && { installableIn: product }) };
  router.get('/', ...(ofSell ? admin : [signedIn]), listApps(deps, urlsOf, listing));

  router.get('/owned', ...admin, listApps(deps, urlsOf, { ownedOnly: true }));

  router.post('/', ...admin, acceptFields(), (req, res) => build(req, res, { appId: null, status: 202 }));

  router.get('/:id', signedIn, async (req, res) => {
    const { id } = parse(idParams, req.params);
    const view = readAppView(req);
    const ref = { accountId: userOf(res).accountId, id, kind: APP_KIND };
    const app = await findListedApp(deps.db, ref, localeFor(view));
    if (!app) throw new NotFoundError(`There is no app ${id} that this account can see.`);
    setLanguages(res, [app.locale]);
    const htmlOf = await createHtmlReader(deps).read([app]);
    res.json(presentApp(app, { urls: urlsOf(req), view, htmlOf }));
  });

  router.put('/:id', ...admin, acceptFields(), async (req, res) => {
    const { id } = parse(idParams, req.params);
    await build(req, res, { appId: id, status: 200 });
  });

  router.delete('/:id', ...admin, async (req, res) => {
    const { id } = parse(idParams, req.params);
    await deleteApp(deps, { accountId: userOf(res).accountId, actor: actorOf(req, res), id, kind: APP_KIND });
    res.status(204).end();
  });

  return router;
};

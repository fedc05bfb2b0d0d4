import { Router, type Request, type Response } from 'express';
import type { CatalogueApp } from '../../../db/catalogue.ts';
import { listCatalogueApps } from '../../../db/catalogue-pages.ts';
import type { Deps } from '../../../deps.ts';
import { listApp, type ListingChange } from '../../../use-cases/list-app.ts';
import { rateApp } from '../../../use-cases/rate-app.ts';
import { actorOf, authenticate, requireOperator, userOf } from '../../auth.ts';
import { isReleased, type Door } from '../../door.ts';
import { acceptJson } from '../../json-body.ts';
import { parse } from '../../parse.ts';
import { presentPage } from './page.ts';
import { appParams, appsQuery, listingBody, ratingBody, visibilityBody } from './schema.ts';

/** Apps of all doors: which there are, how they are listed, and what their users think of them. */
export const appRoutes = (deps: Deps, doors: readonly Door[]): Router => {
  const router = Router();
  const signedIn = authenticate(deps);

  router.get('/', signedIn, async (req, res) => {
    const { kind = null, owned, after, limit } = parse(appsQuery, req.query);
    const filter = {
      accountId: userOf(res).accountId,
      kind,
      ownedOnly: owned === 'true',
      after,
      limit: limit + 1,
      only: [],
    };
    res.json(presentPage(await listCatalogueApps(deps.db, filter), limit, presentApp));
  });

  const list = async (req: Request, res: Response, change: ListingChange) => {
    const { id } = parse(appParams, req.params);
    const released = (kind: string, state: string | null) => isReleased(doors, kind, state);
    return { id, ...(await listApp(deps, { id, actor: actorOf(req, res), change, isReleased: released })) };
  };

  router.patch('/:id', signedIn, requireOperator, acceptJson(), async (req, res) => {
    res.json({ data: await list(req, res, parse(listingBody, req.body)) });
  });

  router.put('/:id/visibility', signedIn, requireOperator, acceptJson(), async (req, res) => {
    const { id, visibility } = await list(req, res, parse(visibilityBody, req.body));
    res.json({ data: { id, visibility } });
  });

  const rate = async (req: Request, res: Response, stars: number | null) => {
    const { accountId, id: userId } = userOf(res);
    const { id } = parse(appParams, req.params);
    await rateApp(deps, { accountId, userId, actor: actorOf(req, res), id, stars });
    return { id, stars };
  };

  router.put('/:id/rating', signedIn, acceptJson(), async (req, res) => {
    res.json({ data: await rate(req, res, parse(ratingBody, req.body).stars) });
  });

  router.delete('/:id/rating', signedIn, async (req, res) => {
    await rate(req, res, null);
    res.status(204).end();
  });

  return router;
};

const presentApp = (app: CatalogueApp) => ({
  id: app.id,
  kind: app.kind,
  key: app.key,
  name: app.name,
  owner: app.owner,
  visibility: app.visibility,
  version: app.current.version,
  state: app.current.state,
  created_at: app.createdAt.toISOString(),
  updated_at: app.updatedAt.toISOString(),
});

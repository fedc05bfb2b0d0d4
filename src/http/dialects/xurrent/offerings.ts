import { Router, type Request, type Response } from 'express';
import { loadListedApps, pageOfApps, type AppView, type ListedApp } from '../../../db/catalogue-lists.ts';
import type { Deps } from '../../../deps.ts';
import { actorOf, allow, userOf } from '../../auth.ts';
import { createBaseUrl } from '../../base-url.ts';
import { answerOnce } from '../../idempotency.ts';
import { setIgnored } from '../../ignored.ts';
import { acceptJson } from '../../json-body.ts';
import { ignoredFields, parse } from '../../parse.ts';
import { domainOf, recordLocation } from './addresses.ts';
import { stateOf } from './collection.ts';
import { sourceOf } from './credentials.ts';
import { badQuery } from './errors.ts';
import { refuseOtherMethods } from '../../refuse-routes.ts';
import { findOffering, getOffering, ownOffering } from './find-offering.ts';
import { KIND } from './kind.ts';
import { longFields, offeringCollection, predefined } from './offering-collection.ts';
import { newOfferingOf, offeringChangeOf } from './offering-input.ts';
import { offeringBody, withRequired } from './offering-schema.ts';
import { presentOffering } from './present-offering.ts';
import { readRawQuery } from './raw-query.ts';
import { sendPage } from './send-page.ts';
import { addOffering, changeOffering, publishOffering } from './write-offering.ts';

/** App offerings. */
export const offeringRoutes = (deps: Deps): Router => {
  const router = Router({ caseSensitive: true });
  const domain = domainOf(deps);
  const baseOf = createBaseUrl(deps.config);
  const present = (res: Response) => {
    const { accountId } = userOf(res);
    return (app: ListedApp) => presentOffering(app, { accountId, domain, base: baseOf(res.req) });
  };
  const draft = async (within: Deps, res: Response, id: number) =>
    present(res)((await findOffering(within, { accountId: userOf(res).accountId, id }, ['draft']))!);

  router.get('/', (req, res) => sendList(deps, { req, res }, viewOf(req)));
  for (const [name, view] of predefined) router.get(`/${name}`, (req, res) => sendList(deps, { req, res }, view));

  router.post('/', allow('admin'), acceptJson(), async (req, res) => {
    const { accountId, subdomain } = userOf(res);
    const body = parse(offeringBody.schema, withRequired({ source: sourceOf(req), ...req.body }));
    setIgnored(res, ignoredFields(offeringBody, req.body as object));
    const headers = ({ id }: { id: number }) => recordLocation(deps, req, id);
    const write = { accountId, actor: actorOf(req, res), account: subdomain };
    await answerOnce(deps, { req, res }, { route: 'xurrent: add offering', fields: body, headers }, async (within) => {
      const offering = await newOfferingOf(within, accountId, body);
      return { status: 201, body: await draft(within, res, await addOffering(within, write, offering)) };
    });
  });

  router.get('/:id', async (req, res) => {
    const { accountId } = userOf(res);
    res.json(present(res)(await getOffering(deps, { accountId, asked: req.params.id })));
  });

  const update = async (req: Request<{ id: string }>, res: Response): Promise<void> => {
    const { accountId } = userOf(res);
    const { id } = await ownOffering(deps, { accountId, asked: req.params.id });
    const change = await offeringChangeOf(deps, accountId, parse(offeringBody.schema, req.body));
    setIgnored(res, ignoredFields(offeringBody, req.body as object));
    if (Object.keys(change).length > 0) await changeOffering(deps, { accountId, actor: actorOf(req, res), id }, change);
    res.json(await draft(deps, res, id));
  };
  router.patch<{ id: string }>('/:id', allow('admin'), acceptJson(), update);
  router.put<{ id: string }>('/:id', allow('admin'), acceptJson(), update);

  router.post<{ id: string }>('/:id/publish', allow('admin'), async (req, res) => {
    const { accountId } = userOf(res);
    const fields = { id: req.params.id };
    await answerOnce(deps, { req, res }, { route: 'xurrent: publish', fields }, async (within) => {
      const { id } = await ownOffering(within, { accountId, asked: fields.id });
      await publishOffering(within, { accountId, actor: actorOf(req, res), id });
      return { status: 200, body: await draft(within, res, id) };
    });
  });

  router.all('/', refuseOtherMethods('GET', 'HEAD', 'POST'));
  router.all('/:id', refuseOtherMethods('GET', 'HEAD', 'PATCH', 'PUT'));
  router.all('/:id/publish', refuseOtherMethods('POST'));
  return router;
};

const viewOf = (req: Request): AppView => {
  const state = stateOf(readRawQuery(req.originalUrl));
  const view = state === undefined ? 'draft' : predefined.get(state);
  if (!view) throw badQuery(`state: must be one of ${[...predefined.keys()].join(', ')}.`);
  return view;
};

const sendList = (deps: Deps, { req, res }: { req: Request; res: Response }, view: AppView): Promise<void> => {
  const { accountId } = userOf(res);
  const list = { accountId, kind: KIND, view };
  const viewer = { accountId, domain: domainOf(deps), base: createBaseUrl(deps.config)(req) };
  return sendPage(
    deps,
    { req, res },
    {
      collection: offeringCollection,
      select: (request) => pageOfApps(deps.db, list, request),
      load: (ids, fields) =>
        loadListedApps(deps.db, list, { ids, without: longFields.filter((name) => !fields.includes(name)) }),
      present: (app) => presentOffering(app, viewer),
    },
  );
};

import { Router, type RequestHandler } from 'express';
import type { Deps } from '../../../deps.ts';
import { authenticate } from '../../auth.ts';
import { hostAccountOf } from './addresses.ts';
import { checkAccount, tokenHeaderOf } from './credentials.ts';
import { attachmentRoutes } from './attachments.ts';
import { accountDiscovery, policyDiscovery } from './discovery.ts';
import { xurrentErrors } from './errors.ts';
import { nothingThere, refuseOtherMethods } from '../../refuse-routes.ts';
import { leadingTo } from '../../route-patterns.ts';
import { instanceRoutes } from './instances.ts';
import { offeringInstanceRoutes } from './instance-lists.ts';
import { offeringAttachmentRoutes } from './offering-attachments.ts';
import { offeringRoutes } from './offerings.ts';
import { audienceOf, ownPath } from './paths.ts';
import { peopleRoutes } from './people.ts';
import { policyRoutes } from './policies.ts';
import { recordRoutes } from './record-routes.ts';
import { serviceInstances, uiExtensionVersions } from './records.ts';
import { tokenRoutes } from './token.ts';

/** This vendor's door. Mount at the root: its paths begin with `/v1`, or with the name of a collection. */
export const xurrentRoutes = (deps: Deps): Router => {
  const router = Router();
  const own = ownRoutes(deps);
  const toOwn: RequestHandler = (req, res, next) => {
    const path = ownPath(req.path);
    if (path === undefined) return next();
    const query = req.url.indexOf('?');
    req.url = path + (query === -1 ? '' : req.url.slice(query));
    own(req, res, next);
  };
  router.use(leadingTo(own, '/v1', toOwn));
  const token = tokenRoutes(deps);
  const toToken: RequestHandler = (req, res, next) => {
    req.url = '/';
    token(req, res, next);
  };
  router.post(['/token', '/oauth/token'], leadingTo(token, '', toToken));
  router.use('/.well-known', onAccountHost(deps), accountDiscovery(deps));
  router.use('/accounts/:account/.well-known', accountDiscovery(deps));
  router.use(['/.well-known', '/accounts/:account/.well-known'], xurrentErrors(deps));
  return router;
};

/** On other hosts these paths are none of this door's. */
const onAccountHost =
  (deps: Pick<Deps, 'config'>): RequestHandler =>
  (req, _res, next) =>
    hostAccountOf(deps, req) === undefined ? next('router') : next();

const ownRoutes = (deps: Deps): Router => {
  const router = Router({ caseSensitive: true });
  const credentials = [authenticate(deps, { headerOf: tokenHeaderOf }), checkAccount];
  const identified = Router().use(...credentials);
  router.use((req, res, next) => {
    const audience = audienceOf(req.path);
    if (audience === 'nobody') nothingThere(req, res, next);
    else if (audience === 'users') identified(req, res, next);
    else next();
  });
  router.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });

  router.get('/', (_req, res) => {
    res.json({});
  });
  router.all('/', refuseOtherMethods('GET', 'HEAD'));
  router.use('/app_offerings/:id/app_instances', offeringInstanceRoutes(deps));
  router.use('/app_offerings', offeringAttachmentRoutes(deps));
  router.use('/app_offerings', offeringRoutes(deps));
  router.use('/app_instances', instanceRoutes(deps));
  router.use('/attachments', attachmentRoutes(deps));
  for (const resource of [serviceInstances, uiExtensionVersions])
    router.use(resource.path, recordRoutes(deps, resource));
  router.use('/people', peopleRoutes(deps));
  router.use('/webhook_policies/:id/.well-known', policyDiscovery(deps));
  router.use('/webhook_policies', policyRoutes(deps));
  router.use(nothingThere);
  router.use(xurrentErrors(deps));
  return router;
};

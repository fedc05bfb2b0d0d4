import { Router, type RequestHandler } from 'express';
import type { Deps } from '../../../deps.ts';
import { authenticate } from '../../auth.ts';
import { nothingThere } from '../../refuse-routes.ts';
import { giveRequestId } from '../../request-id.ts';
import { headerOf } from './access.ts';
import { appRoutes } from './apps.ts';
import { os1Errors } from './errors.ts';
import { versionRoutes } from './versions.ts';

/** This vendor's door. Mount at the root: its paths begin with `/developer`. */
export const os1Routes = (deps: Deps): Router => {
  const router = Router();
  router.use('/developer', giveRequestId, authenticate(deps, { headerOf }), refuseOptions);
  // Ahead of the apps: `versions` is no app's id.
  router.use('/developer/apps/versions', versionRoutes(deps));
  router.use('/developer/apps', appRoutes(deps));
  router.use('/developer', nothingThere);
  router.use('/developer', os1Errors(deps));
  return router;
};

/** Of a path that it knows, Express would answer it without the envelope. */
const refuseOptions: RequestHandler = (req, res, next) =>
  req.method === 'OPTIONS' ? nothingThere(req, res, next) : next();

import { Router } from 'express';
import type { Deps } from '../../../deps.ts';
import { authenticate, bearerOf } from '../../auth.ts';
import { nothingThere } from '../../refuse-routes.ts';
import { availableRoutes } from './available.ts';
import { kustomerErrors } from './errors.ts';
import { installedRoutes } from './installed.ts';

/** This vendor's door. Mount at the root: its paths begin with `/v1/apps`; others below `/v1` are not its own. */
export const kustomerRoutes = (deps: Deps): Router => {
  const router = Router();
  const apps = Router();
  apps.use(authenticate(deps, { headerOf: bearerOf }));
  // Otherwise Express answers it, in words of its own.
  apps.options('{*path}', nothingThere);
  apps.use('/available', availableRoutes(deps));
  apps.use(installedRoutes(deps));
  apps.use(nothingThere);
  apps.use(kustomerErrors(deps));
  router.use('/v1/apps', apps);
  return router;
};

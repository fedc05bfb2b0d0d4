import { Router } from 'express';
import type { Deps } from '../../../deps.ts';
import { authenticate, bearerOf } from '../../auth.ts';
import { nothingThere } from '../../refuse-routes.ts';
import { giveRequestId } from '../../request-id.ts';
import { customAppRoutes } from './custom-apps.ts';
import { loadEnvironment } from './environment.ts';
import { kontentErrors } from './errors.ts';
import { roleRoutes } from './roles.ts';

/** This vendor's door. Mount at the root: its paths begin with `/v2`. */
export const kontentRoutes = (deps: Deps): Router => {
  const router = Router();
  const project = Router();
  project.use('/custom-apps', customAppRoutes(deps));
  project.use('/roles', roleRoutes(deps));

  router.use('/v2', giveRequestId);
  router.use('/v2/projects', authenticate(deps, { headerOf: bearerOf }));
  router.use('/v2/projects/:environmentId', loadEnvironment(deps), project);
  router.use('/v2', nothingThere);
  router.use('/v2', kontentErrors(deps));
  return router;
};

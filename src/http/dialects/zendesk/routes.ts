import { Router } from 'express';
import type { Deps } from '../../../deps.ts';
import { NotFoundError } from '../../../errors.ts';
import { appFileRoutes } from './app-files.ts';
import { appRoutes } from './apps.ts';
import { zendeskErrors } from './errors.ts';
import { installationRoutes } from './installations.ts';
import { jobStatusRoutes } from './job-statuses.ts';
import { acceptJsonSuffix } from './json-suffix.ts';
import { prefixes, type Prefix } from './prefixes.ts';
import { uploadRoutes } from './uploads.ts';
import { validateRoutes } from './validate.ts';

/** Where jobs are polled: clients ask at either place for either kind. */
const pollingPaths = prefixes.flatMap(({ path }) => [
  `${path}/apps/job_statuses`,
  `${path}/apps/installations/job_statuses`,
]);

/** Everything else below `/api/{slot}/apps`. Fixed words come before ids. */
const appsRoutes = (deps: Deps, prefix: Prefix): Router => {
  const router = Router();
  const appsPath = `${prefix.path}/apps`;
  router.use('/installations', installationRoutes(deps, prefix));
  router.use('/uploads', uploadRoutes(deps));
  router.use('/validate', validateRoutes(deps));
  router.use('/', appFileRoutes(deps));
  router.use('/', appRoutes(deps, appsPath));
  return router;
};

/** This vendor's door. Mount at the root: its paths begin with `/api`. */
export const zendeskRoutes = (deps: Deps): Router => {
  const router = Router();
  // Ahead of everything: most requests are polls, and each router on the way costs them some microseconds.
  router.use(pollingPaths, jobStatusRoutes(deps));
  router.use('/api', acceptJsonSuffix);
  for (const prefix of prefixes) router.use(`${prefix.path}/apps`, appsRoutes(deps, prefix));
  // The vendor's command-line tool creates apps here, without a version.
  router.use('/api/apps', appRoutes(deps, '/api/v2/apps'));
  router.use('/api', (req) => {
    throw new NotFoundError(`There is nothing at ${req.method} ${req.originalUrl.split('?')[0]}.`);
  });
  router.use('/api', zendeskErrors(deps));
  return router;
};

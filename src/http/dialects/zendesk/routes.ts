import { Router } from 'express';
import type { Deps } from '../../../deps.ts';
import { accountSettingsRoutes } from './account-settings.ts';
import { nothingThere } from '../../refuse-routes.ts';
import { appFileRoutes } from './app-files.ts';
import { appRoutes } from './apps.ts';
import { auditLogRoutes } from './audit-logs.ts';
import { confidentialClientRoutes } from './confidential-clients.ts';
import { zendeskErrors } from './errors.ts';
import { installationRoutes } from './installations.ts';
import { jobStatusRoutes } from './job-statuses.ts';
import { acceptDoubleSlashes, acceptJsonSuffix } from './json-suffix.ts';
import { locationInstallationRoutes } from './location-installations.ts';
import { locationRoutes } from './locations.ts';
import { newInstallationRoutes } from './new-installation.ts';
import { notifyRoutes } from './notify.ts';
import { oauthTokenRoutes } from './oauth-tokens.ts';
import { refuseOtherMethods } from './other-methods.ts';
import { prefixes, type Prefix } from './prefixes.ts';
import { publicKeyRoutes } from './public-key.ts';
import { requirementRoutes } from './requirements.ts';
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
  mount(router, '/installations', requirementRoutes(deps));
  mount(router, '/installations', installationRoutes(deps, prefix));
  mount(router, '/location_installations', locationInstallationRoutes(deps, prefix));
  mount(router, '/locations', locationRoutes(deps, prefix));
  mount(router, '/uploads', uploadRoutes(deps));
  mount(router, '/validate', validateRoutes(deps));
  mount(router, '/notify', notifyRoutes(deps));
  mount(router, '/', newInstallationRoutes(deps));
  mount(router, '/', publicKeyRoutes(deps));
  mount(router, '/', appFileRoutes(deps));
  mount(router, '/', appRoutes(deps, prefix));
  return router;
};

const mount = (router: Router, path: string | string[], routes: Router): void => {
  router.use(path, refuseOtherMethods(routes), routes);
};

/** This vendor's door. Mount at the root: its paths begin with `/api`. */
export const zendeskRoutes = (deps: Deps): Router => {
  const router = Router();
  // Ahead of everything: most requests are polls, and each router on the way costs them some microseconds.
  const polling = jobStatusRoutes(deps);
  router.use(pollingPaths, (req, res, next) => (req.method === 'GET' ? polling(req, res, next) : next()));
  router.use(acceptDoubleSlashes);
  router.use('/api', acceptJsonSuffix);
  // Polls whose path was written in another way, or with another method, and whatever is no poll.
  mount(router, pollingPaths, polling);
  for (const prefix of prefixes) router.use(`${prefix.path}/apps`, appsRoutes(deps, prefix));
  mount(router, '/api/v2/audit_logs', auditLogRoutes(deps));
  mount(router, '/api/v2/account/settings', accountSettingsRoutes(deps));
  mount(router, '/api/v2/oauth/tokens', oauthTokenRoutes(deps));
  mount(router, '/api/v2/oauth/clients', confidentialClientRoutes(deps));
  router.use('/api', nothingThere);
  router.use('/api', zendeskErrors(deps));
  return router;
};

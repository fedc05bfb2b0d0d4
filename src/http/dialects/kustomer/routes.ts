import { Router } from 'express';
import type { Deps } from '../../../deps.ts';
import { authenticate, bearerOf } from '../../auth.ts';
import { acceptJson } from '../../json-body.ts';
import { nothingThere } from '../../refuse-routes.ts';
import { appClientRoutes } from './app-clients.ts';
import { identifiedApp, requireAppToken } from './app-token.ts';
import { availableRoutes } from './available.ts';
import { kustomerErrors } from './errors.ts';
import { notFound } from './find-app.ts';
import { installedRoutes } from './installed.ts';
import { findInstallingOrg, identifyWithApps, issueOrgToken } from './org-token.ts';
import { publishVersion } from './publish-version.ts';

/** This vendor's door. Mount at the root: its paths begin with `/v1/apps` or `/v1/orgs`; others below `/v1` are not its own. */
export const kustomerRoutes = (deps: Deps): Router => {
  const router = Router();
  const apps = Router();
  apps.post('/:app/versions', requireAppToken(deps), acceptJson(), publishVersion(deps));
  apps.use(authenticate({ ...deps, identify: identifyWithApps(deps) }, { headerOf: bearerOf }));
  // Otherwise Express answers it, in words of its own.
  apps.options('{*path}', nothingThere);
  apps.use('/available', availableRoutes(deps));
  apps.use(appClientRoutes(deps));
  apps.use(installedRoutes(deps));
  apps.use(nothingThere);
  apps.use(kustomerErrors(deps));
  router.use('/v1/apps', apps);
  router.use('/v1/orgs', orgRoutes(deps));
  return router;
};

/** What an app's server asks of organisations that have the app. */
const orgRoutes = (deps: Deps): Router => {
  const orgs = Router();
  orgs.get('/:org/token', requireAppToken(deps), async (req, res) => {
    const { client } = identifiedApp(res);
    const asked = req.params['org'] as string;
    const org = await findInstallingOrg(deps, client, asked);
    if (!org) throw notFound('organisation with this app installed and enabled', asked);
    const attributes = await issueOrgToken(deps, client, org);
    res.set('Cache-Control', 'no-store').json({ data: { type: 'token', id: org.externalId, attributes } });
  });
  orgs.use(nothingThere);
  orgs.use(kustomerErrors(deps));
  return orgs;
};

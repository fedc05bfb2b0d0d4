import { Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { OAuthClient } from '../../domain/oauth/client.ts';
import { authorizationRoutes } from './authorizations.ts';
import { revocationRoutes, tokenRoutes } from './tokens.ts';

/** OAuth 2 for programs of the user's own machine: authorization code with PKCE, public clients only. Mount at `/oauth`. */
export const oauthRoutes = (deps: Deps, clients: readonly OAuthClient[]): Router => {
  const router = Router();
  router.use('/authorizations', authorizationRoutes(deps, clients));
  router.use('/tokens', tokenRoutes(deps, clients));
  router.use('/revoke', revocationRoutes(deps, clients));
  return router;
};

import { Router } from 'express';
import { findGrant } from '../../../db/oauth-grants.ts';
import type { Deps } from '../../../deps.ts';
import { NotFoundError } from '../../../errors.ts';
import { endLogin } from '../../../use-cases/oauth/end-login.ts';
import { actorOf, authenticate, grantIdOf, userOf } from '../../auth.ts';

/** The login that a request is made with. */
export const oauthTokenRoutes = (deps: Deps): Router => {
  const router = Router();
  router.delete('/current', authenticate(deps, { anyScope: true }), async (req, res) => {
    const grantId = grantIdOf(res);
    const grant = grantId === undefined ? undefined : await findGrant(deps.db, userOf(res).accountId, grantId);
    if (!grant) throw new NotFoundError('This request is not made with the access token of a login.');
    await endLogin(deps, grant, { actor: actorOf(req, res) });
    res.status(204).end();
  });
  return router;
};

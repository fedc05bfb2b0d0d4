import { Router } from 'express';
import type { Deps } from '../../../deps.ts';
import { listEnvironments } from '../../../use-cases/environments/list-environments.ts';
import { authenticate, userOf } from '../../auth.ts';

/** The environments of the account: at least one. */
export const environmentRoutes = (deps: Deps): Router => {
  const router = Router();
  router.get('/', authenticate(deps), async (_req, res) => {
    const environments = await listEnvironments(deps, userOf(res).accountId);
    res.json({ data: environments.map(({ id, name }) => ({ id, name })) });
  });
  return router;
};

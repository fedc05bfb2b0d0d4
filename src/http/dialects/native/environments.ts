import { Router } from 'express';
import type { Deps } from '../../../deps.ts';
import { readEnvironments } from '../../../use-cases/environments/list-environments.ts';
import { authenticate, userOf } from '../../auth.ts';
import { mapChunks, sendList } from '../../send-list.ts';

/** The environments of the account: at least one. */
export const environmentRoutes = (deps: Deps): Router => {
  const router = Router();
  router.get('/', authenticate(deps), async (req, res) => {
    const chunks = readEnvironments(deps, userOf(res).accountId);
    const items = mapChunks(chunks, (environments) => environments.map(({ id, name }) => ({ id, name })));
    await sendList(deps, { req, res }, { head: '{"data":[', tail: () => ']}' }, items);
  });
  return router;
};

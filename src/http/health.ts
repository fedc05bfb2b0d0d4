import { Router } from 'express';
import type { Deps } from '../deps.ts';
import { createCheckStores, stores } from '../use-cases/check-stores.ts';
import { logQuietly } from './observe-requests.ts';

/** `/livez`: the process answers. `/readyz`: whether it can take requests, otherwise 503; and what is missing. */
export const healthRoutes = (deps: Pick<Deps, 'db' | 'producer' | 'blobs'>): Router => {
  const router = Router();
  const check = createCheckStores(deps);

  router.get('/livez', (_req, res) => {
    logQuietly(res);
    res.json({ status: 'ok' });
  });

  router.get('/readyz', async (_req, res) => {
    const missing = await check();
    const states = Object.fromEntries(stores.map((store) => [store, missing.includes(store) ? 'away' : 'ok']));
    // Without its queue it still takes everything: the sweep brings what was accepted to the workers. Without its blobs
    // it answers everything but uploads and files.
    const ready = !missing.includes('database');
    if (ready) logQuietly(res);
    res.status(ready ? 200 : 503).json({ status: ready ? 'ok' : 'away', ...states, missing });
  });

  return router;
};

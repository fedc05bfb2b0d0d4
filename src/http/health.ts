import { Router } from 'express';
import type { Deps } from '../deps.ts';
import { within } from '../within.ts';

const LIMIT_MS = 1_500;

/** `/livez`: the process answers. `/readyz`: it can take work; otherwise 503, with what is missing. */
export const healthRoutes = ({ db, producer }: Pick<Deps, 'db' | 'producer'>): Router => {
  const router = Router();

  router.get('/livez', (_req, res) => {
    res.json({ status: 'ok' });
  });

  router.get('/readyz', async (_req, res) => {
    const database = await within(LIMIT_MS, 'The database', db.query('select 1')).then(
      () => 'ok',
      () => 'away',
    );
    const queue = producer.ready() ? 'ok' : 'away';
    // Without its queue it still takes everything: the sweep brings what was accepted to the workers.
    res.status(database === 'ok' ? 200 : 503).json({ status: database, database, queue });
  });

  return router;
};

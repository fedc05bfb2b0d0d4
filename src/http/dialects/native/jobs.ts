import { Router } from 'express';
import type { Deps } from '../../../deps.ts';
import type { JobStatus } from '../../../domain/job.ts';
import { readJob } from '../../../use-cases/read-job.ts';
import { authenticate, userOf } from '../../auth.ts';

/** How far a job is, whichever door it was asked for at. One round trip while it is young. */
export const jobRoutes = (deps: Deps): Router => {
  const router = Router();
  router.get('/:id', authenticate(deps, { polls: true }), async (req, res) => {
    res.json({ data: presentJob(await readJob(deps, userOf(res).accountId, String(req.params['id']))) });
  });
  return router;
};

const presentJob = (job: JobStatus) => ({
  id: job.id,
  kind: job.kind,
  state: job.state,
  progress: job.progress,
  total: job.total,
  message: job.message,
  app_id: job.appId,
  installation_id: job.installationId,
});

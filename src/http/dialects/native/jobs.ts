import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { listJobNumbers, readJobs, type ListedJob } from '../../../db/job-lists.ts';
import type { Deps } from '../../../deps.ts';
import { jobKinds, jobStates, type JobStatus } from '../../../domain/job.ts';
import { cancelJob } from '../../../use-cases/cancel-job.ts';
import { readJob } from '../../../use-cases/read-job.ts';
import { retryJob } from '../../../use-cases/retry-job.ts';
import { actorOf, allow, authenticate, userOf } from '../../auth.ts';
import { createBaseUrl } from '../../base-url.ts';
import { parse } from '../../parse.ts';
import { pageQuery, readOnePage, wholeNumber } from './page.ts';

const query = z.strictObject({
  ...pageQuery,
  state: z.enum(jobStates, { error: `must be one of ${jobStates.join(', ')}` }).optional(),
  kind: z.enum(jobKinds, { error: `must be one of ${jobKinds.join(', ')}` }).optional(),
  app_id: wholeNumber.optional(),
});

/** Jobs of the account, whichever door they were asked for at. */
export const jobRoutes = (deps: Deps): Router => {
  const router = Router();
  const baseUrl = createBaseUrl(deps.config);
  const signedIn = authenticate(deps);

  /** Newest first. Two round trips. */
  router.get('/', signedIn, async (req, res) => {
    const { limit, after, state, kind, app_id: appId } = parse(query, req.query);
    const { accountId } = userOf(res);
    const filter = { accountId, states: state && [state], kind, appId };
    const found = await listJobNumbers(deps.db, filter, { beyond: after, newestFirst: true, limit: limit + 1 });
    const { rows, next } = await readOnePage(found, limit, (numbers) => readJobs(deps.db, accountId, numbers));
    res.json({ data: rows.map(presentListed), next });
  });

  /** One round trip while the job is young. */
  router.get('/:id', authenticate(deps, { polls: true }), async (req, res) => {
    res.json({ data: presentJob(await readJob(deps, userOf(res).accountId, String(req.params['id']))) });
  });

  const inputOf = (req: Request, res: Response) => ({
    accountId: userOf(res).accountId,
    actor: actorOf(req, res),
    id: String(req.params['id']),
  });

  router.delete('/:id', signedIn, allow('admin'), async (req, res) => {
    res.json({ data: presentJob(await cancelJob(deps, inputOf(req, res))) });
  });

  router.post('/:id/retry', signedIn, allow('admin'), async (req, res) => {
    const job = presentJob(await retryJob(deps, inputOf(req, res)));
    res
      .status(202)
      .location(`${baseUrl(req)}${req.baseUrl}/${job.id}`)
      .json({ data: job });
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

const presentListed = (job: ListedJob) => ({
  ...presentJob(job),
  package: job.package && { file_name: job.package.file, name: job.package.name, version: job.package.version },
  attempt: job.attempt,
  retries: job.retries,
  created_at: job.createdAt.toISOString(),
  started_at: job.startedAt?.toISOString() ?? null,
  finished_at: job.finishedAt?.toISOString() ?? null,
  steps: job.steps,
});

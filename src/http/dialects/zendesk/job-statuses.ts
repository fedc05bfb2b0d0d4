import { Router, type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express';
import { findJobReport } from '../../../db/jobs.ts';
import type { Deps } from '../../../deps.ts';
import { NotFoundError } from '../../../errors.ts';
import { cancelJob } from '../../../use-cases/cancel-job.ts';
import { readJob } from '../../../use-cases/read-job.ts';
import { retryJob } from '../../../use-cases/retry-job.ts';
import { actorOf, allow, authenticate, userOf } from '../../auth.ts';
import { createBaseUrl } from '../../base-url.ts';
import { toAppError } from '../../errors.ts';
import { logQuietly } from '../../observe-requests.ts';
import { requestIdOf } from '../../request-id.ts';
import { sendJson } from '../../send-json.ts';
import { acceptJsonSuffix } from './json-suffix.ts';
import { listJobStatuses } from './list-job-statuses.ts';
import { listOf } from './query.ts';
import { LOST_JOB_ID, presentJob, presentUnknownJob, presentUnreachableJob, type JobUrls } from './present-job.ts';

/** What a client puts into the path when the answer before had no id for it. */
const lostIds: ReadonlySet<string> = new Set(['undefined', 'null', 'NaN']);

/**
 * How far a build or an install is. The hottest route of all: one round trip, to the queue, as long as the credentials
 * are known and the job is younger than an hour.
 */
export const jobStatusRoutes = (deps: Deps): Router => {
  const router = Router();
  const baseUrlOf = createBaseUrl(deps.config);
  const urlsOf = (req: Request): JobUrls => ({
    baseUrl: baseUrlOf(req),
    jobsPath: req.baseUrl,
    appsPath: req.baseUrl.replace(/(\/installations)?\/job_statuses$/i, ''),
  });
  router.use(acceptBrokenEscapes, acceptJsonSuffix);

  const admin = [authenticate(deps), allow('admin')];

  const list = listJobStatuses(deps, urlsOf);
  router.get('/', ...admin, (req, res) => {
    // A slash at the end is where an id should have been.
    if (!isList(req)) throw new NotFoundError(LOST_JOB_ID);
    return list(req, res);
  });

  router.get('/:id', authenticate(deps, { polls: true }), allow('admin'), async (req, res) => {
    const { accountId } = userOf(res);
    const id = String(req.params['id']);
    if (lostIds.has(id)) throw new NotFoundError(LOST_JOB_ID);
    const job = await readJob(deps, accountId, id);
    const answer = presentJob(job, urlsOf(req));
    logQuietly(res);
    // Most polls have no query, and looking for one costs more than the whole presenting.
    sendJson(
      res,
      req.url.includes('?') ? { ...answer, ...(await reportOf(deps, req, { accountId, id: job.id })) } : answer,
    );
  });

  router.delete('/:id', ...admin, async (req, res) => {
    res.json(presentJob(await cancelJob(deps, inputOf(req, res)), urlsOf(req)));
  });

  router.post('/:id/retry', ...admin, async (req, res) => {
    const job = presentJob(await retryJob(deps, inputOf(req, res)), urlsOf(req));
    res
      .status(202)
      .location(`${baseUrlOf(req)}${req.baseUrl}/${job.id}.json`)
      .json(job);
  });

  const pollErrors: ErrorRequestHandler = (err: unknown, req, res, next) => {
    const error = toAppError(err);
    // Who lists, cancels or retries waits for no end and can be told the truth.
    if (req.method !== 'GET' || isList(req)) return next(err);
    const id = decodeURIComponent(req.path.slice(1));
    if (error.status === 404) return void res.json(presentUnknownJob(id, error.message, urlsOf(req)));
    if (error.status < 500) return next(err);
    const fields = { requestId: requestIdOf(res), jobId: id, err };
    deps.log[error.status === 503 ? 'warn' : 'error']('poll could not be answered', fields);
    res.json(presentUnreachableJob(id, urlsOf(req)));
  };
  router.use(pollErrors);
  return router;
};

const inputOf = (req: Request, res: Response) => ({
  accountId: userOf(res).accountId,
  actor: actorOf(req, res),
  id: String(req.params['id']),
});

/** `include=report`: everything that is wrong with the package, from the row. One more round trip. */
const reportOf = async (
  { db }: Pick<Deps, 'db'>,
  req: Request,
  { accountId, id }: { accountId: number; id: string },
) => (listOf(req.query['include']).has('report') ? { report: (await findJobReport(db, accountId, id)) ?? null } : {});

const pathOf = (url: string): string => url.split('?', 1)[0]!;

const isList = (req: Request): boolean => /\/job_statuses(\.json)?$/i.test(pathOf(req.originalUrl));

/** An escape that means nothing stands for itself: Express would refuse it with a 400, on which clients ask for ever. */
const acceptBrokenEscapes: RequestHandler = (req, _res, next) => {
  if (req.url.includes('%')) {
    const [path = ''] = req.url.split('?', 1);
    if (!isDecodable(path)) req.url = path.replaceAll('%', '%25') + req.url.slice(path.length);
  }
  next();
};

const isDecodable = (path: string): boolean => {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
};

import type { Request, Response } from 'express';
import { listJobNumbers, readJobs } from '../../../db/job-lists.ts';
import type { Deps } from '../../../deps.ts';
import { userOf } from '../../auth.ts';
import { parse } from '../../parse.ts';
import { mapChunks, sendList } from '../../send-list.ts';
import { pageFrame, pageOf, presentPage, readCursor } from './cursor-page.ts';
import { jobQuery } from './job-query.ts';
import { presentListedJob, type JobUrls } from './present-job.ts';

/** Lists the account's jobs, newest first. */
export const listJobStatuses =
  (deps: Pick<Deps, 'db' | 'log'>, urlsOf: (req: Request) => JobUrls) =>
  async (req: Request, res: Response): Promise<void> => {
    const { filter, page } = parse(jobQuery, req.query);
    const cursor = readCursor(page);
    const asked = { beyond: cursor.id, newestFirst: !cursor.backwards, limit: page.size + 1 };
    const { accountId } = userOf(res);
    const found = await listJobNumbers(deps.db, { accountId, ...filter }, asked);
    const { items, meta } = pageOf(found, page.size, cursor);
    const chunks = readJobs(
      deps.db,
      accountId,
      items.map(({ id }) => id),
    );
    const urls = urlsOf(req);
    const jobs = mapChunks(chunks, (rows) => rows.map((job) => presentListedJob(job, urls)));
    const url = `${urls.baseUrl}${req.baseUrl}.json`;
    await sendList(deps, { req, res }, pageFrame('job_statuses', presentPage(url, req.query, meta)), jobs);
  };

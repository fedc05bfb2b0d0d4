import { isDeepStrictEqual } from 'node:util';
import { lockOwnApp } from '../db/apps.ts';
import { insertAuditEntry } from '../db/audit-entries.ts';
import { insertBuildJob, type BuildRequest } from '../db/jobs.ts';
import { findLastOpenBuild, takeTurnsFor } from '../db/job-turns.ts';
import type { Queryable } from '../db/pool.ts';
import { attachUpload, takeUpload } from '../db/uploads.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/audit.ts';
import { NotFoundError } from '../errors.ts';
import { newId } from '../secrets/tokens.ts';
import { dispatchJobs } from './dispatch-jobs.ts';
import { refuseOverQuota, withQuotas } from './quotas/with-quotas.ts';

export interface RequestBuildInput extends BuildRequest {
  accountId: number;
  actor: Actor;
  uploadId: number;
  /** Null: the build makes a new app; otherwise a new version of this one. */
  appId: number | null;
}

/**
 * Queues the build of an uploaded package: seven statements in one transaction (nine for an app that is there), then one trip
 * to the queue. Of one app, builds go one after the other, in the order in which they were asked for; who asks for the same
 * that was asked for last, and is not done yet, gets that job.
 *
 * @returns the job's id, which can be asked for at once.
 * @throws OwnRuleError `quota_exceeded` when the account may have no other app; NotFoundError when the account has no such app, or no such upload that no build has used yet.
 */
export const requestBuild = async (
  deps: Pick<Deps, 'db' | 'producer' | 'log' | 'config' | 'tracing'>,
  { accountId, actor, uploadId, appId, ...request }: RequestBuildInput,
): Promise<string> => {
  const { id, turns } = await withQuotas(deps, accountId, async (tx, quotas) => {
    if (appId !== null && !(await lockOwnApp(tx, { accountId, id: appId, kind: request.appKind })))
      throw new NotFoundError(`There is no app ${appId} of this account.`);
    const newJobId = newId();
    const { sha256 } = await takeUpload(tx, { accountId, uploadId, jobId: newJobId });
    const same = appId === null ? undefined : await findSame(tx, { accountId, appId, sha256, request });
    if (same !== undefined) {
      await attachUpload(tx, { accountId, uploadId, jobId: same });
      return { id: same, turns: [] };
    }
    const traceParent = deps.tracing.current();
    const seq = await insertBuildJob(tx, { id: newJobId, accountId, uploadId, appId, request, actor, traceParent });
    const subject = { type: 'build', id: seq, name: newJobId } as const;
    await insertAuditEntry(tx, { accountId, actor, action: 'create', subject, after: { uploadId, appId, ...request } });
    const turns = await takeTurnsFor(tx, { accountId, userId: actor.userId }, deps.config.maxRunningPerAccount);
    if (appId === null) await refuseOverQuota(tx, quotas, { apps: 1 }, { yetToCome: true });
    return { id: newJobId, turns };
  });
  await dispatchJobs(deps, turns);
  return id;
};

interface Wanted {
  accountId: number;
  appId: number;
  sha256: string;
  request: BuildRequest;
}

/** The build of the app that was asked for last, when it has not ended and is of the same package and texts. */
const findSame = async (tx: Queryable, { accountId, appId, sha256, request }: Wanted): Promise<string | undefined> => {
  const last = await findLastOpenBuild(tx, accountId, appId);
  const isSame = last?.sha256 === sha256 && isDeepStrictEqual(textsOf(last.request), textsOf(request));
  return isSame ? last.id : undefined;
};

const textsOf = ({ name = null, shortDescription = null }: BuildRequest) => ({ name, shortDescription });

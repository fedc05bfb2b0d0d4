import { ownsApp } from '../db/apps.ts';
import { insertAuditEntry } from '../db/audit-entries.ts';
import { insertBuildJob, type BuildRequest } from '../db/jobs.ts';
import { takeUpload } from '../db/uploads.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/audit.ts';
import { NotFoundError } from '../errors.ts';
import { newId } from '../secrets/tokens.ts';
import { dispatchJob } from './dispatch-job.ts';
import { refuseOverQuota, withQuotas } from './quotas/with-quotas.ts';

export interface RequestBuildInput extends BuildRequest {
  accountId: number;
  actor: Actor;
  uploadId: number;
  /** Null: the build makes a new app; otherwise a new version of this one. */
  appId: number | null;
}

/**
 * Queues the build of an uploaded package: five statements in one transaction, then one trip to the queue.
 *
 * @returns the job's id, which can be asked for at once.
 * @throws OwnRuleError `quota_exceeded` when the account may have no other app; NotFoundError when the account has no such app, or no such upload that no build has used yet.
 */
export const requestBuild = async (
  deps: Pick<Deps, 'db' | 'config' | 'producer' | 'log'>,
  { accountId, actor, uploadId, appId, ...request }: RequestBuildInput,
): Promise<string> => {
  const id = newId();
  await withQuotas(deps, accountId, async (tx, quotas) => {
    if (appId !== null && !(await ownsApp(tx, { accountId, id: appId, kind: request.appKind })))
      throw new NotFoundError(`There is no app ${appId} of this account.`);
    await takeUpload(tx, { accountId, uploadId, jobId: id });
    const seq = await insertBuildJob(tx, { id, accountId, uploadId, appId, request, actor });
    const subject = { type: 'build', id: seq, name: id } as const;
    await insertAuditEntry(tx, { accountId, actor, action: 'create', subject, after: { uploadId, appId, ...request } });
    if (appId === null) await refuseOverQuota(tx, quotas, { apps: 1 }, { yetToCome: true });
  });
  await dispatchJob(deps, { id, accountId, kind: 'build', appId, installationId: null });
  return id;
};

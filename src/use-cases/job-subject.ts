import { findJobNumber, type Job } from '../db/jobs.ts';
import type { Queryable } from '../db/pool.ts';
import type { AuditSubject } from '../domain/audit.ts';

/** A job as the audit log names it: a build by its number, an install by its installation. */
export const jobSubjectOf = async (
  tx: Queryable,
  { accountId, id, kind, installationId }: Pick<Job, 'accountId' | 'id' | 'kind' | 'installationId'>,
): Promise<{ type: AuditSubject; id: number | null; name: string }> =>
  kind === 'build'
    ? { type: 'build', id: await findJobNumber(tx, accountId, id), name: id }
    : { type: 'installation', id: installationId, name: id };

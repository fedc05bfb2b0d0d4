import type { Installation } from '../db/installations.ts';
import type { Queryable } from '../db/pool.ts';
import type { AuditState } from '../domain/audit.ts';

/** What the audit log tells of it besides. */
export interface AlsoChanged {
  before: AuditState;
  after: AuditState;
}

/**
 * What else shall happen with a change of an installation, or not at all: it is called in the change's transaction,
 * with the installation as it is then (as it was, where it is removed), and what it throws undoes the change.
 */
export type Also = (tx: Queryable, installation: Installation) => Promise<AlsoChanged | undefined>;

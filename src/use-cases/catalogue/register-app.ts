import { setCurrentVersion } from '../../db/apps.ts';
import { insertAuditEntry } from '../../db/audit-entries.ts';
import {
  findCatalogueApp,
  insertCatalogueApp,
  insertCatalogueVersion,
  type CatalogueApp,
  type CatalogueVersion,
  type NewCatalogueApp,
  type NewCatalogueVersion,
} from '../../db/catalogue.ts';
import { withTransaction } from '../../db/pool.ts';
import type { Deps } from '../../deps.ts';
import type { Actor, AuditState } from '../../domain/audit.ts';

/** What the audit log tells of an app and its versions: what its door keeps of it may hold secrets, so the door says. */
export type DescribeApp = (app: CatalogueApp, versions: readonly CatalogueVersion[]) => AuditState;

export interface RegisterAppInput {
  actor: Actor;
  app: NewCatalogueApp;
  version: NewCatalogueVersion;
  describe: DescribeApp;
}

/**
 * Puts an app that was described rather than packed into the catalogue, with its first version: one transaction.
 *
 * @throws AppError `key_taken`
 */
export const registerApp = async (
  { db }: Pick<Deps, 'db'>,
  { actor, app, version, describe }: RegisterAppInput,
): Promise<CatalogueApp> =>
  withTransaction(db, async (tx) => {
    const { accountId, kind } = app;
    const id = await insertCatalogueApp(tx, app);
    const versionId = await insertCatalogueVersion(tx, id, version);
    await setCurrentVersion(tx, { accountId, id, name: null, shortDescription: null, versionId });
    const registered = (await findCatalogueApp(tx, { accountId, kind, by: 'id', value: id }))!;
    const subject = { type: 'app', id, name: registered.name } as const;
    const after = { kind, version: version.version, ...describe(registered, [registered.current]) };
    await insertAuditEntry(tx, { accountId, actor, action: 'create', subject, after });
    return registered;
  });

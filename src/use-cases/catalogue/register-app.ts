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
import { countAppBytes } from '../../db/quotas.ts';
import type { Deps } from '../../deps.ts';
import type { Actor, AuditState } from '../../domain/audit.ts';
import { refuseOverQuota, withQuotas } from '../quotas/with-quotas.ts';
import { sealDefaults } from '../secret-defaults.ts';
import { useAttachments } from './use-attachments.ts';

/** What the audit log tells of an app and its versions: what its door keeps of it may hold secrets, so the door says. */
export type DescribeApp = (app: CatalogueApp, versions: readonly CatalogueVersion[]) => AuditState;

export interface RegisterAppInput {
  actor: Actor;
  app: NewCatalogueApp;
  version: NewCatalogueVersion;
  /** Ids of the attachments that the app uses as it is being worked on. */
  attachments?: readonly number[];
  describe: DescribeApp;
}

/**
 * Puts an app that was described rather than packed into the catalogue, with its first version: one transaction.
 *
 * @throws AppError `key_taken`, `attachment_gone`; OwnRuleError `quota_exceeded`
 */
export const registerApp = async (
  deps: Pick<Deps, 'db' | 'config' | 'cipher'>,
  { actor, app, version, attachments = [], describe }: RegisterAppInput,
): Promise<CatalogueApp> =>
  withQuotas(deps, app.accountId, async (tx, quotas) => {
    const { accountId, kind } = app;
    const id = await insertCatalogueApp(tx, app);
    const ofApp = { accountId, appId: id, parameters: version.parameters };
    const parameters = await sealDefaults(tx, deps.cipher, ofApp);
    const versionId = await insertCatalogueVersion(tx, id, { ...version, parameters });
    if (attachments.length > 0) await useAttachments(tx, { accountId, appId: id, versionId: null }, attachments);
    await setCurrentVersion(tx, { accountId, id, name: null, shortDescription: null, versionId });
    const registered = (await findCatalogueApp(tx, { accountId, kind, by: 'id', value: id }))!;
    const subject = { type: 'app', id, name: registered.name } as const;
    const after = { kind, version: version.version, ...describe(registered, [registered.current]) };
    await insertAuditEntry(tx, { accountId, actor, action: 'create', subject, after });
    const bytes = quotas.allowed.bytes === null ? 0 : await countAppBytes(tx, accountId, id);
    await refuseOverQuota(tx, quotas, { apps: 1, packages: 1, bytes });
    return registered;
  });

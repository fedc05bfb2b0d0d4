import { setCurrentVersion } from '../../db/apps.ts';
import { insertAuditEntry } from '../../db/audit-entries.ts';
import {
  changeCatalogueApp,
  changeCatalogueVersion,
  deleteCatalogueVersion,
  findCatalogueApp,
  insertCatalogueVersion,
  lockCatalogueApp,
  type CatalogueApp,
  type CatalogueAppChange,
  type CatalogueRef,
  type CatalogueVersion,
  type CatalogueVersionChange,
  type NewCatalogueVersion,
} from '../../db/catalogue.ts';
import { listVersionOutlines } from '../../db/catalogue-versions.ts';
import type { Queryable } from '../../db/pool.ts';
import { countAppBytes } from '../../db/quotas.ts';
import type { Deps } from '../../deps.ts';
import { differences, type Actor } from '../../domain/audit.ts';
import { NotFoundError } from '../../errors.ts';
import type { Cipher } from '../../secrets/cipher.ts';
import { refuseOverQuota, withQuotas } from '../quotas/with-quotas.ts';
import { sealDefaults } from '../secret-defaults.ts';
import { useAttachments } from './use-attachments.ts';
import type { DescribeApp } from './register-app.ts';

/** What is to become of an app; what is not named stays. */
export interface AppChange {
  app?: CatalogueAppChange;
  versions?: CatalogueVersionChange[];
  addVersion?: NewCatalogueVersion;
  /** Not the current one. */
  removeVersion?: number;
  /** Ids of all attachments that the added version uses or, without one, the app as it is being worked on. */
  attachments?: readonly number[];
  /** Which version is current from then on; `added`: the new one. Installations stay on what they have. */
  current?: number | 'added';
}

export interface ChangeAppInput {
  actor: Actor;
  ref: CatalogueRef;
  describe: DescribeApp;
  /**
   * The door's rules: from what is there to what shall be, without side effects. It may throw: nothing is changed then.
   * Nobody else changes the app meanwhile.
   */
  decide: (app: CatalogueApp, versions: CatalogueVersion[]) => AppChange;
  /**
   * Reads the versions that `decide` and `describe` get, and that the answer has. Default: all of them without their
   * attributes, which may be large. A version that is not read cannot be changed.
   */
  readVersions?: ReadVersions;
}

export type ReadVersions = (tx: Queryable, app: CatalogueApp) => Promise<CatalogueVersion[]>;

const readOutlines: ReadVersions = (tx, { id }) => listVersionOutlines(tx, id);

export interface ChangedApp {
  app: CatalogueApp;
  versions: CatalogueVersion[];
}

/**
 * Changes an app of the account, or nothing: all in one transaction, under the app's lock.
 *
 * @throws NotFoundError when the account owns no such app; AppError `key_taken`; OwnRuleError
 *   `quota_exceeded`; AppError `attachment_gone`; whatever `decide` throws.
 */
export const changeApp = async (
  deps: Pick<Deps, 'db' | 'config' | 'cipher'>,
  { actor, ref, describe, decide, readVersions = readOutlines }: ChangeAppInput,
): Promise<ChangedApp> =>
  withQuotas(deps, ref.accountId, async (tx, quotas) => {
    const id = await lockCatalogueApp(tx, ref);
    if (id === undefined) throw new NotFoundError(`There is no app "${ref.value}" of this account.`);
    const { accountId, kind } = ref;
    const load = async (): Promise<ChangedApp> => {
      const app = (await findCatalogueApp(tx, { accountId, kind, by: 'id', value: id }))!;
      return { app, versions: await readVersions(tx, app) };
    };
    const countBytes = () => (quotas.allowed.bytes === null ? 0 : countAppBytes(tx, accountId, id));
    const bytesBefore = await countBytes();
    const before = await load();
    const change = decide(before.app, before.versions);
    if (readVersions === readOutlines) assertNoAttributes(change);
    await apply(tx, deps.cipher, before, change);
    const after = await load();
    const stateOf = ({ app, versions }: ChangedApp) => ({
      version: app.current.version,
      state: app.current.state,
      ...describe(app, versions),
    });
    const subject = { type: 'app', id, name: after.app.name } as const;
    const changed = differences(stateOf(before), stateOf(after));
    await insertAuditEntry(tx, { accountId, actor, action: 'update', subject, ...changed });
    const bytes = (await countBytes()) - bytesBefore;
    await refuseOverQuota(tx, quotas, { packages: change.addVersion ? 1 : 0, bytes });
    return after;
  });

/** Throws where attributes would be replaced that were not read: what the change does not know of would be lost. */
const assertNoAttributes = ({ versions = [] }: AppChange): void => {
  if (versions.some(({ attributes }) => attributes !== undefined))
    throw new Error('the attributes of versions are changed without being read: pass readVersions');
};

const apply = async (
  tx: Queryable,
  cipher: Cipher,
  { app, versions }: ChangedApp,
  { app: change, versions: changes = [], addVersion, removeVersion, attachments, current }: AppChange,
): Promise<void> => {
  const { id, accountId } = app;
  await changeCatalogueApp(tx, { ...app, ...change });
  for (const versionChange of changes) {
    const { state } = versions.find((one) => one.id === versionChange.id)!;
    await changeCatalogueVersion(tx, id, { state, ...versionChange });
  }
  const added = addVersion && (await add(tx, cipher, { accountId, appId: id }, addVersion));
  if (attachments) await useAttachments(tx, { accountId, appId: id, versionId: added ?? null }, attachments);
  const versionId = current === 'added' ? added : current;
  if (versionId !== undefined)
    await setCurrentVersion(tx, { accountId, id, name: null, shortDescription: null, versionId });
  if (removeVersion !== undefined) await deleteCatalogueVersion(tx, id, removeVersion);
};

const add = async (
  tx: Queryable,
  cipher: Cipher,
  app: { accountId: number; appId: number },
  version: NewCatalogueVersion,
): Promise<number> => {
  const parameters = await sealDefaults(tx, cipher, { ...app, parameters: version.parameters });
  return insertCatalogueVersion(tx, app.appId, { ...version, parameters });
};

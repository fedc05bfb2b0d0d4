import { deleteApp as deleteAppRow, findApp, lockOwnApp, type AppRef } from '../db/apps.ts';
import { insertAuditEntry, insertRemovedEntries } from '../db/audit-entries.ts';
import { isInstalledByOthers } from '../db/catalogue-installations.ts';
import type { CatalogueVersion } from '../db/catalogue.ts';
import { listVersionOutlines } from '../db/catalogue-versions.ts';
import { withTransaction, type Queryable } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/audit.ts';
import { NotFoundError } from '../errors.ts';

export interface DeleteAppInput extends AppRef {
  actor: Actor;
  /** The door's rules, while nobody else can change the app: throws to refuse, and nothing is removed. */
  check?: (doomed: DoomedApp) => void;
}

/** What would go with an app. */
export interface DoomedApp {
  /** Without their attributes. */
  versions: CatalogueVersion[];
  /** Whether it is installed in another account than its own. */
  installedByOthers: boolean;
}

/**
 * Removes an app with its versions and, in every account, its installations: five statements in one transaction,
 * and two more where the door checks. The collector frees the blobs later.
 *
 * @throws NotFoundError when the account owns no such app; whatever `check` throws.
 */
export const deleteApp = async ({ db }: Pick<Deps, 'db'>, { actor, check, ...ref }: DeleteAppInput): Promise<void> => {
  const { accountId, id } = ref;
  await withTransaction(db, async (tx) => {
    const app = (await lockOwnApp(tx, ref)) ? await findApp(tx, ref) : undefined;
    if (!app) throw new NotFoundError(`There is no app ${id} of this account.`);
    if (check) check(await loadDoomed(tx, accountId, id));
    await insertRemovedEntries(tx, { appId: id, accountId, actor });
    await deleteAppRow(tx, accountId, id);
    const subject = { type: 'app', id, name: app.name } as const;
    const before = { version: app.definition.version, visibility: app.visibility };
    await insertAuditEntry(tx, { accountId, actor, action: 'destroy', subject, before });
  });
};

const loadDoomed = async (tx: Queryable, accountId: number, id: number): Promise<DoomedApp> => ({
  versions: await listVersionOutlines(tx, id),
  installedByOthers: await isInstalledByOthers(tx, accountId, id),
});

import { insertAuditEntry } from '../db/audit-entries.ts';
import { insertUpload } from '../db/uploads.ts';
import type { Deps } from '../deps.ts';
import { looksLikeZip } from '../domain/archive/first-bytes.ts';
import type { Actor } from '../domain/audit.ts';
import { AppError } from '../errors.ts';
import { refuseOverQuota, withQuotas } from './quotas/with-quotas.ts';

export interface StoreUploadInput {
  accountId: number;
  actor: Actor;
  /** The spooled file. It may be moved away. */
  file: { path: string; size: number; sha256: string; head: Uint8Array; name: string };
}

/**
 * Puts an uploaded package into the blob store; a second time changes nothing. Only its first bytes are looked at here;
 * everything else is the build's work.
 *
 * @throws AppError `not_a_zip`
 */
export const keepPackage = async ({ blobs }: Pick<Deps, 'blobs'>, file: StoreUploadInput['file']): Promise<void> => {
  if (!looksLikeZip(file.head))
    throw new AppError(
      'not_a_zip',
      422,
      `The file "${file.name}" is not a zip archive: send the app's folder as a zip.`,
    );
  await blobs.putFile(file);
};

/**
 * Keeps an uploaded package, which is in the blob store, for a build to come.
 *
 * @returns the upload's id.
 * @throws OwnRuleError `quota_exceeded`
 */
export const storeUpload = async (
  deps: Pick<Deps, 'db' | 'config'>,
  { accountId, actor, file: { name, sha256, size } }: StoreUploadInput,
): Promise<number> =>
  withQuotas(deps, accountId, async (tx, quotas) => {
    const id = await insertUpload(tx, { accountId, userId: actor.userId, filename: name, sha256, size });
    const subject = { type: 'upload', id, name } as const;
    await insertAuditEntry(tx, { accountId, actor, action: 'create', subject, after: { sha256, size } });
    await refuseOverQuota(tx, quotas, { packages: 1, bytes: size });
    return id;
  });

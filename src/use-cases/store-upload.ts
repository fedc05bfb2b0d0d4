import { insertAuditEntry } from '../db/audit-entries.ts';
import type { BlobReservation } from '../db/blobs.ts';
import { insertUpload } from '../db/uploads.ts';
import type { Deps } from '../deps.ts';
import { looksLikeZip } from '../domain/archive/first-bytes.ts';
import type { Actor } from '../domain/audit.ts';
import { AppError } from '../errors.ts';
import type { UploadReservation } from './quotas/reserve-upload.ts';
import { refuseOverQuota, withQuotas } from './quotas/with-quotas.ts';
import { holdReserved, reserveBlobs } from './reserve-blobs.ts';

export interface StoreUploadInput {
  accountId: number;
  actor: Actor;
  /** The spooled file. It may be moved away. */
  file: { path: string; size: number; sha256: string; head: Uint8Array; name: string };
  reserved: readonly BlobReservation[];
  /** The bytes that it took as it arrived. */
  arrived: Pick<UploadReservation, 'end'>;
}

/** The client waits for its answer. */
const RESERVE_MS = 5_000;

/**
 * Puts an uploaded package into the blob store; a second time changes nothing. Only its first bytes are looked at here;
 * everything else is the build's work.
 *
 * @returns what {@link storeUpload} needs to know that it is still there.
 * @throws AppError `not_a_zip`, UnavailableError
 */
export const keepPackage = async (
  { db, blobs }: Pick<Deps, 'db' | 'blobs'>,
  file: StoreUploadInput['file'],
): Promise<BlobReservation[]> => {
  if (!looksLikeZip(file.head))
    throw new AppError(
      'not_a_zip',
      422,
      `The file "${file.name}" is not a zip archive: send the app's folder as a zip.`,
    );
  const { sha256, size } = file;
  const reserved = await reserveBlobs({ db }, [{ sha256, size }], { waitMs: RESERVE_MS });
  await blobs.putFile(file);
  return reserved;
};

/**
 * Keeps an uploaded package, which is in the blob store, for a build to come.
 *
 * @returns the upload's id.
 * @throws OwnRuleError `quota_exceeded`; AppError `blob_collected`
 */
export const storeUpload = async (
  deps: Pick<Deps, 'db' | 'config'>,
  { accountId, actor, file: { name, sha256, size }, reserved, arrived }: StoreUploadInput,
): Promise<number> =>
  withQuotas(deps, accountId, async (tx, quotas) => {
    await holdReserved(tx, reserved);
    const id = await insertUpload(tx, { accountId, userId: actor.userId, filename: name, sha256, size });
    const subject = { type: 'upload', id, name } as const;
    await insertAuditEntry(tx, { accountId, actor, action: 'create', subject, after: { sha256, size } });
    await arrived.end(tx);
    await refuseOverQuota(tx, quotas, { packages: 1, bytes: size });
    return id;
  });

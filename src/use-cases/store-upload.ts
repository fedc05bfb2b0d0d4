import { insertAuditEntry } from '../db/audit-entries.ts';
import { withTransaction } from '../db/pool.ts';
import { insertUpload } from '../db/uploads.ts';
import type { Deps } from '../deps.ts';
import { looksLikeZip } from '../domain/archive/first-bytes.ts';
import type { Actor } from '../domain/audit.ts';
import { AppError } from '../errors.ts';
import { holdReserved, reserveBlobs } from './reserve-blobs.ts';

export interface StoreUploadInput {
  accountId: number;
  actor: Actor;
  /** The spooled file. It may be moved away. */
  file: { path: string; size: number; sha256: string; head: Uint8Array; name: string };
}

/** The client waits for its answer. */
const RESERVE_MS = 5_000;

/**
 * Keeps an uploaded package for a build to come. Only its first bytes are looked at here; everything else is the
 * build's work.
 *
 * @returns the upload's id.
 * @throws AppError `not_a_zip`, UnavailableError
 */
export const storeUpload = async (
  { db, blobs }: Pick<Deps, 'db' | 'blobs'>,
  { accountId, actor, file }: StoreUploadInput,
): Promise<number> => {
  if (!looksLikeZip(file.head))
    throw new AppError(
      'not_a_zip',
      422,
      `The file "${file.name}" is not a zip archive: send the app's folder as a zip.`,
    );
  const { name, sha256, size } = file;
  const reserved = await reserveBlobs({ db }, [{ sha256, size }], { waitMs: RESERVE_MS });
  await blobs.putFile(file);
  return withTransaction(db, async (tx) => {
    await holdReserved(tx, reserved);
    const id = await insertUpload(tx, { accountId, userId: actor.userId, filename: name, sha256, size });
    const subject = { type: 'upload', id, name } as const;
    await insertAuditEntry(tx, { accountId, actor, action: 'create', subject, after: { sha256, size } });
    return id;
  });
};

import { findAttachmentsByKey, insertAttachment } from '../db/attachments.ts';
import { insertAuditEntry } from '../db/audit-entries.ts';
import type { BlobReservation } from '../db/blobs.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/audit.ts';
import { AppError } from '../errors.ts';
import type { UploadReservation } from './quotas/reserve-upload.ts';
import { refuseOverQuota, withQuotas } from './quotas/with-quotas.ts';
import { holdReserved, reserveBlobs } from './reserve-blobs.ts';

/** The client waits for its answer. */
const RESERVE_MS = 5_000;

interface AttachedFile {
  /** The spooled file. It may be moved away. */
  path: string;
  size: number;
  sha256: string;
}

/**
 * Puts a file into the blob store; a second time changes nothing. Call it before {@link storeAttachment}.
 *
 * @throws UnavailableError
 */
export const keepAttachedFile = async (
  { db, blobs }: Pick<Deps, 'db' | 'blobs'>,
  file: AttachedFile,
): Promise<BlobReservation[]> => {
  const { sha256, size } = file;
  const reserved = await reserveBlobs({ db }, [{ sha256, size }], { waitMs: RESERVE_MS });
  await blobs.putFile(file);
  return reserved;
};

export interface StoreAttachmentInput {
  accountId: number;
  actor: Actor;
  key: string;
  name: string;
  file: AttachedFile;
  reserved: readonly BlobReservation[];
  /** The bytes that it took as it arrived. */
  arrived: Pick<UploadReservation, 'end'>;
}

/**
 * Keeps a file, which is in the blob store, under a key of the account. The same file under the same key changes nothing.
 *
 * @throws AppError `attachment_key_taken`, `blob_collected`; OwnRuleError `quota_exceeded`
 */
export const storeAttachment = (
  deps: Pick<Deps, 'db' | 'config'>,
  { accountId, actor, key, name, file: { sha256, size }, reserved, arrived }: StoreAttachmentInput,
): Promise<void> =>
  withQuotas(deps, accountId, async (tx, quotas) => {
    await holdReserved(tx, reserved);
    const id = await insertAttachment(tx, accountId, { key, name, sha256, size });
    if (id === undefined) {
      const [there] = await findAttachmentsByKey(tx, accountId, [key]);
      if (there?.sha256 === sha256) return;
      throw new AppError('attachment_key_taken', 409, 'Another file was uploaded under this key. Ask for a new key.');
    }
    const subject = { type: 'attachment', id, name } as const;
    await insertAuditEntry(tx, { accountId, actor, action: 'create', subject, after: { sha256, size } });
    await arrived.end(tx);
    await refuseOverQuota(tx, quotas, { records: 1, bytes: size });
  });

import { insertUpload } from '../db/uploads.ts';
import type { Deps } from '../deps.ts';
import { looksLikeZip } from '../domain/archive/first-bytes.ts';
import { AppError } from '../errors.ts';

export interface StoreUploadInput {
  accountId: number;
  userId: number;
  /** The spooled file. It may be moved away. */
  file: { path: string; size: number; sha256: string; head: Uint8Array; name: string };
}

/**
 * Keeps an uploaded package for a build to come. Only its first bytes are looked at here; everything else is the
 * build's work.
 *
 * @returns the upload's id.
 * @throws AppError `not_a_zip`
 */
export const storeUpload = async (
  { db, blobs }: Pick<Deps, 'db' | 'blobs'>,
  { accountId, userId, file }: StoreUploadInput,
): Promise<number> => {
  if (!looksLikeZip(file.head))
    throw new AppError(
      'not_a_zip',
      422,
      `The file "${file.name}" is not a zip archive: send the app's folder as a zip.`,
    );
  await blobs.putFile(file);
  return insertUpload(db, { accountId, userId, filename: file.name, sha256: file.sha256, size: file.size });
};

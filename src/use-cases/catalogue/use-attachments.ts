import { replaceAttachmentUses, type AttachmentUser } from '../../db/attachments.ts';
import type { Queryable } from '../../db/pool.ts';
import { AppError } from '../../errors.ts';

/**
 * Makes an app or a version use these attachments of the account and no others.
 *
 * @throws AppError `attachment_gone` when one of them was removed since it was looked up.
 */
export const useAttachments = async (tx: Queryable, user: AttachmentUser, ids: readonly number[]): Promise<void> => {
  const distinct = [...new Set(ids)];
  if ((await replaceAttachmentUses(tx, user, distinct)) === distinct.length) return;
  throw new AppError('attachment_gone', 409, 'An attachment was removed meanwhile. Upload the file again.');
};

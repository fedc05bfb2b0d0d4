import { Router } from 'express';
import { findAttachment, type StoredAttachment } from '../../../db/attachments.ts';
import type { Deps } from '../../../deps.ts';
import { NotFoundError } from '../../../errors.ts';
import { allow, userOf } from '../../auth.ts';
import { refuseOtherMethods } from '../../refuse-routes.ts';
import { sendFile } from '../../send-file.ts';
import { describeStorage } from './attachments.ts';
import { findOffering, ownOffering, READABLE } from './find-offering.ts';
import { readId } from './node-id.ts';
import { offeringOf } from './offering.ts';

/** Anybody may have written the file: a browser saves it, and runs nothing of it should it be opened nevertheless. */
const DOWNLOAD = { cacheControl: 'private, no-cache', policy: "default-src 'none'; sandbox" };

/** Attachments of app offerings. Some clients ask the collection or the record where to upload. */
export const offeringAttachmentRoutes = (deps: Deps): Router => {
  const router = Router({ caseSensitive: true });
  const storage = describeStorage(deps);
  router.get('/attachment_upload', allow('admin'), storage);
  router.get<{ id: string }>('/:id/attachment_upload', allow('admin'), async (req, res) => {
    await ownOffering(deps, { accountId: userOf(res).accountId, asked: req.params.id });
    storage(req, res);
  });
  router.all(['/attachment_upload', '/:id/attachment_upload'], refuseOtherMethods('GET', 'HEAD'));

  router.get('/:id/attachments/:attachment', async (req, res) => {
    const { accountId } = userOf(res);
    const found = await findReadable(deps, accountId, req.params);
    if (!found) throw new NotFoundError(`Attachment ${req.params.attachment.slice(0, 100)} not found.`);
    res.attachment(found.name);
    await sendFile(deps, { req, res }, { path: found.name, sha256: found.sha256, size: found.size }, DOWNLOAD);
  });
  router.all('/:id/attachments/:attachment', refuseOtherMethods('GET', 'HEAD'));
  return router;
};

/** Finds an attachment of an offering in any state of it that the account can read: an installed version has its own. */
const findReadable = async (
  deps: Pick<Deps, 'db'>,
  accountId: number,
  asked: { id: string; attachment: string },
): Promise<StoredAttachment | undefined> => {
  const id = readId('AppOffering', asked.id);
  if (id === undefined || !/^[1-9]\d{0,14}$/.test(asked.attachment)) return undefined;
  const wanted = Number(asked.attachment);
  for (const view of READABLE) {
    const app = await findOffering(deps, { accountId, id }, [view]);
    if (app && (offeringOf(app).attachments ?? []).some((one) => one.id === wanted))
      return findAttachment(deps.db, app.accountId, wanted);
  }
  return undefined;
};

import { Router } from 'express';
import type { Deps } from '../../../deps.ts';
import { storeUpload } from '../../../use-cases/store-upload.ts';
import { actorOf, allow, authenticate, userOf } from '../../auth.ts';
import { acceptFile, withUploadedFile } from '../../upload.ts';

/** Five round trips: the blob, and the row with its audit entry in one transaction. */
export const uploadRoutes = (deps: Deps): Router => {
  const router = Router();
  const { maxPackageBytes } = deps.config.limits;

  router.post(
    '/',
    authenticate(deps),
    allow('admin'),
    acceptFile(deps, { field: 'uploaded_data', maxBytes: maxPackageBytes }),
    async (req, res) => {
      const { accountId } = userOf(res);
      const actor = actorOf(req, res);
      const id = await withUploadedFile(req, (file) => storeUpload(deps, { accountId, actor, file }));
      res.status(201).json({ id });
    },
  );
  return router;
};

import { Router } from 'express';
import type { Deps } from '../../../deps.ts';
import { storeUpload } from '../../../use-cases/store-upload.ts';
import { allow, authenticate, userOf } from '../../auth.ts';
import { acceptFile, withUploadedFile } from '../../upload.ts';

/** Two round trips: the blob, the row. */
export const uploadRoutes = (deps: Deps): Router => {
  const router = Router();
  const { maxPackageBytes } = deps.config.limits;

  router.post(
    '/',
    authenticate(deps),
    allow('admin'),
    acceptFile(deps, { field: 'uploaded_data', maxBytes: maxPackageBytes }),
    async (req, res) => {
      const { accountId, id: userId } = userOf(res);
      const id = await withUploadedFile(req, (file) => storeUpload(deps, { accountId, userId, file }));
      res.status(201).json({ id });
    },
  );
  return router;
};

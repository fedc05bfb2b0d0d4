import { Router, type Request, type Response } from 'express';
import type { Deps } from '../../../deps.ts';
import { allow, authenticate } from '../../auth.ts';
import { setIgnored } from '../../ignored.ts';
import type { SpooledFile } from '../../spool.ts';
import { acceptFile, withUploadedFile } from '../../upload.ts';

/** `POST /` with a package in a multipart field, for admins. The file is gone when `answer` has ended. */
export const postPackage = (
  deps: Deps,
  field: string,
  answer: (file: SpooledFile, req: Request, res: Response) => Promise<void>,
): Router => {
  const router = Router();
  const accept = acceptFile(deps, { field, maxBytes: deps.config.limits.maxPackageBytes });
  router.post('/', authenticate(deps), allow('admin'), accept, (req, res) => {
    setIgnored(res, Object.keys((req.body ?? {}) as object));
    return withUploadedFile(req, (file) => answer(file, req, res));
  });
  return router;
};

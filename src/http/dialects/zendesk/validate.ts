import { Router } from 'express';
import type { Deps } from '../../../deps.ts';
import { validatePackage } from '../../../use-cases/validate-package.ts';
import { allow, authenticate, userOf } from '../../auth.ts';
import { acceptFile, withUploadedFile } from '../../upload.ts';

/** Says what a build would say, at once. Exactly 200 means good to the vendor's command-line tool. */
export const validateRoutes = (deps: Deps): Router => {
  const router = Router();
  const { maxPackageBytes } = deps.config.limits;

  router.post(
    '/',
    authenticate(deps),
    allow('admin'),
    acceptFile(deps, { field: 'file', maxBytes: maxPackageBytes }),
    async (req, res) => {
      const { accountId } = userOf(res);
      const warnings = await withUploadedFile(req, (file) => validatePackage(deps, accountId, file));
      res.json({ errors: [], warnings });
    },
  );
  return router;
};

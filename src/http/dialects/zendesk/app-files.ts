import { Router, type Request } from 'express';
import { findAppFile, findDownload } from '../../../db/app-versions.ts';
import type { Deps } from '../../../deps.ts';
import { NotFoundError } from '../../../errors.ts';
import { allow, authenticate, userOf } from '../../auth.ts';
import { parse } from '../../parse.ts';
import { sendFile } from '../../send-file.ts';
import { APP_KIND } from './kind.ts';
import { idParams } from './schema.ts';

/** The next version may have another file here: kept, but asked for each time by its digest. */
const ASK_AGAIN = 'private, no-cache';

/** The files of an app's current version: one by one, and all of them packed. */
export const appFileRoutes = (deps: Deps): Router => {
  const router = Router();
  const signedIn = authenticate(deps);

  router.get('/:id/package', signedIn, allow('admin'), async (req, res) => {
    const { id } = parse(idParams, req.params);
    const found = await findDownload(deps.db, { accountId: userOf(res).accountId, id, kind: APP_KIND });
    if (!found) throw new NotFoundError(`There is no app ${id} of this account.`);
    const path = `app-${id}-${found.versionId}.zip`;
    res.attachment(path).set('X-Appyard-Upload-Sha256', found.packageSha256);
    await sendFile(deps, { req, res }, { path, sha256: found.sha256, size: found.size }, { cacheControl: ASK_AGAIN });
  });

  router.get('/:id/assets/*path', signedIn, async (req: Request<{ id: string; path: string[] }>, res) => {
    const { id } = parse(idParams, req.params);
    const path = `assets/${req.params.path.join('/')}`;
    const file = await findAppFile(deps.db, { accountId: userOf(res).accountId, id, kind: APP_KIND }, path);
    if (!file) throw new NotFoundError(`There is no file "${path}" in an app ${id} that this account can see.`);
    await sendFile(deps, { req, res }, file, { cacheControl: ASK_AGAIN });
  });

  return router;
};

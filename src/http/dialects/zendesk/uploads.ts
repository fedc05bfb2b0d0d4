import type { Router } from 'express';
import type { Deps } from '../../../deps.ts';
import { storeUpload } from '../../../use-cases/store-upload.ts';
import { actorOf, userOf } from '../../auth.ts';
import { postPackage } from './post-package.ts';

/** Five round trips: the blob, and the row with its audit entry in one transaction. */
export const uploadRoutes = (deps: Deps): Router =>
  postPackage(deps, 'uploaded_data', async (file, req, res) => {
    const id = await storeUpload(deps, { accountId: userOf(res).accountId, actor: actorOf(req, res), file });
    res.status(201).json({ id });
  });

import { Router } from 'express';
import { findFileByAssetKey } from '../db/app-versions.ts';
import type { Deps } from '../deps.ts';
import { NotFoundError } from '../errors.ts';
import { sendFile } from './send-file.ts';

/** A version never changes, so neither does what stands at its address. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/**
 * The pages that a browser shows in an iframe, at `/assets/{key}/…`: public, because the key of 128 random bits is what
 * one must know; never with cookies. One round trip to Postgres, one to the blob store.
 */
export const publicAssetRoutes = (deps: Pick<Deps, 'db' | 'blobs'>): Router => {
  const router = Router();
  router.get('/:key/*path', async (req, res) => {
    const path = `assets/${req.params.path.join('/')}`;
    const file = await findFileByAssetKey(deps.db, req.params.key, path);
    if (!file) throw new NotFoundError(`There is no file "${path}" at this address.`);
    // A page in a sandbox has an origin of its own: without this its fonts and module scripts do not load.
    res.set({ 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' });
    await sendFile(deps, { req, res }, file, { cacheControl: FOR_EVER });
  });
  return router;
};

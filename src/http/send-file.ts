import { extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { contentType } from 'mime-types';
import type { VersionFile } from '../db/app-versions.ts';
import type { Deps } from '../deps.ts';

/**
 * Scripts of a package run in an origin of their own, without cookies and without access to this one, also when
 * somebody opens a file directly.
 */
const POLICY = 'sandbox allow-scripts allow-forms allow-popups';

/** The type by the name's extension alone: nobody sniffs, neither we nor the browser. */
const typeOf = (path: string): string => contentType(extname(path)) || 'application/octet-stream';

/** Sends a file of a package, or 304 to whoever has it: its digest is its tag. */
export const sendFile = async (
  { blobs }: Pick<Deps, 'blobs'>,
  { req, res }: { req: Request; res: Response },
  file: VersionFile,
  { cacheControl, policy = POLICY }: { cacheControl: string; policy?: string },
): Promise<void> => {
  res.set({
    'Cache-Control': cacheControl,
    'Content-Security-Policy': policy,
    'Content-Type': typeOf(file.path),
    ETag: `"${file.sha256}"`,
    'X-Content-Type-Options': 'nosniff',
  });
  if (req.fresh) {
    res.status(304).end();
    return;
  }
  res.set('Content-Length', String(file.size));
  if (req.method === 'HEAD') {
    res.end();
    return;
  }
  const content = await blobs.stream(file.sha256, file.size);
  await pipeline(content, res).catch((err: unknown) => {
    // Whoever went away in the middle wants no answer any more.
    if (!req.destroyed) throw err;
  });
};

import type { Router } from 'express';
import type { Deps } from '../../../deps.ts';
import { validatePackage } from '../../../use-cases/validate-package.ts';
import { userOf } from '../../auth.ts';
import { whenAbandoned } from '../../when-abandoned.ts';
import { postPackage } from './post-package.ts';

/** Says what a build would say, at once. Exactly 200 means good to the vendor's command-line tool. */
export const validateRoutes = (deps: Deps): Router =>
  postPackage(deps, 'file', async (file, _req, res) => {
    const signal = whenAbandoned(res);
    try {
      res.json({ errors: [], warnings: await validatePackage(deps, userOf(res).accountId, { file, signal }) });
    } catch (err) {
      // Without a client there is no one to tell.
      if (!signal.aborted) throw err;
    }
  });

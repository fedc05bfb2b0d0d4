import type { Router } from 'express';
import type { Deps } from '../../../deps.ts';
import { keepPackage, storeUpload } from '../../../use-cases/store-upload.ts';
import { actorOf, userOf } from '../../auth.ts';
import { answerOnce } from '../../idempotency.ts';
import { postPackage } from './post-package.ts';

/** Five round trips: the blob, and the row with its audit entry in one transaction. */
export const uploadRoutes = (deps: Deps): Router =>
  postPackage(deps, 'uploaded_data', (file, req, res) => {
    // Not its name: that is for people to read, and a script that sends a file again may have given it another one.
    const asked = {
      route: 'zendesk: upload',
      fields: { sha256: file.sha256 },
      prepare: () => keepPackage(deps, file),
    };
    return answerOnce(deps, { req, res }, asked, async (within) => {
      const id = await storeUpload(within, { accountId: userOf(res).accountId, actor: actorOf(req, res), file });
      return { status: 201, body: { id } };
    });
  });

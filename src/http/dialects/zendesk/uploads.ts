import type { Router } from 'express';
import type { BlobReservation } from '../../../db/blobs.ts';
import type { Deps } from '../../../deps.ts';
import { keepPackage, storeUpload } from '../../../use-cases/store-upload.ts';
import { actorOf, userOf } from '../../auth.ts';
import { answerOnce } from '../../idempotency.ts';
import { reservationOf } from '../../upload.ts';
import { postPackage } from './post-package.ts';

/**
 * Seven round trips: the blob, reserved before, and the row with its audit entry in one transaction. A package of more
 * than 4 MiB takes more, see {@link UploadReservation}.
 */
export const uploadRoutes = (deps: Deps): Router =>
  postPackage(deps, 'uploaded_data', (file, req, res) => {
    // Not its name: that is for people to read, and a script that sends a file again may have given it another one.
    let reserved: BlobReservation[] = [];
    const prepare = async (): Promise<void> => {
      reserved = await keepPackage(deps, file);
    };
    const asked = { route: 'zendesk: upload', fields: { sha256: file.sha256 }, prepare };
    return answerOnce(deps, { req, res }, asked, async (within) => {
      const id = await storeUpload(within, {
        accountId: userOf(res).accountId,
        actor: actorOf(req, res),
        file,
        reserved,
        arrived: reservationOf(req),
      });
      return { status: 201, body: { id } };
    });
  });

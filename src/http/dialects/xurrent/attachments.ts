import { randomUUID } from 'node:crypto';
import { Router, type Request, type Response } from 'express';
import type { BlobReservation } from '../../../db/blobs.ts';
import type { Deps } from '../../../deps.ts';
import { isStorable } from '../../../domain/storable-text.ts';
import { AppError, invalidField } from '../../../errors.ts';
import { keepAttachedFile, storeAttachment } from '../../../use-cases/store-attachment.ts';
import { actorOf, allow, userOf } from '../../auth.ts';
import { createBaseUrl } from '../../base-url.ts';
import { ATTACHMENT_LIMITS } from '../../body-limits.ts';
import { answerOnce } from '../../idempotency.ts';
import { setIgnored } from '../../ignored.ts';
import { refuseOtherMethods } from '../../refuse-routes.ts';
import type { SpooledFile } from '../../spool.ts';
import { acceptFile, reservationOf, withUploadedFile } from '../../upload.ts';

/** Clients put the name of the file here, or leave it to the server. */
const NAME = '${filename}';
const KEY = /^attachments\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/([^/\\\p{Cc}]{1,255})$/u;

/** Of the vendor's form; the type of a file is read from its name. */
const KNOWN_FIELDS: ReadonlySet<string> = new Set(['key', 'Content-Type']);

/** Where and how to upload: the vendor's storage of the kind `local`, which clients know besides S3. */
export const describeStorage = ({ config }: Pick<Deps, 'config'>): ((req: Request, res: Response) => void) => {
  const baseOf = createBaseUrl(config);
  return (req, res) => {
    res.json({
      provider: 'local',
      upload_uri: `${baseOf(req)}/v1/attachments`,
      size_limit: ATTACHMENT_LIMITS.maxBytes,
      local: { key: `attachments/${randomUUID()}/${NAME}` },
    });
  };
};

/** Uploads of files that are attached to app offerings later, by their keys. */
export const attachmentRoutes = (deps: Deps): Router => {
  const router = Router({ caseSensitive: true });
  const { maxBytes } = ATTACHMENT_LIMITS;
  const accept = acceptFile(deps, { field: 'file', maxBytes, noun: 'file' });
  router.get('/storage', allow('admin'), describeStorage(deps));
  router.post('/', allow('admin'), accept, (req, res) =>
    withUploadedFile(req, (file) => upload(deps, { req, res }, file)),
  );
  router.all('/storage', refuseOtherMethods('GET', 'HEAD'));
  router.all('/', refuseOtherMethods('POST'));
  return router;
};

const upload = (deps: Deps, { req, res }: { req: Request; res: Response }, file: SpooledFile): Promise<void> => {
  const { key, name } = keyOf(req, file);
  setIgnored(
    res,
    Object.keys(req.body as object).filter((field) => !KNOWN_FIELDS.has(field)),
  );
  let reserved: BlobReservation[] = [];
  const prepare = async (): Promise<void> => {
    reserved = await keepAttachedFile(deps, file);
  };
  const asked = { route: 'xurrent: upload attachment', fields: { key, sha256: file.sha256 }, prepare };
  return answerOnce(deps, { req, res }, asked, async (within) => {
    const { accountId } = userOf(res);
    const input = { accountId, actor: actorOf(req, res), key, name, file, reserved, arrived: reservationOf(req) };
    await storeAttachment(within, input).catch(keyTaken);
    return { status: 201, body: { key } };
  });
};

/** @throws InvalidRequestError */
const keyOf = (req: Request, file: SpooledFile): { key: string; name: string } => {
  const { key: asked } = req.body as { key?: unknown };
  const key = typeof asked === 'string' ? asked.replace(NAME, () => file.name) : '';
  const [, name] = KEY.exec(key) ?? [];
  if (name !== undefined && isStorable(name)) return { key, name };
  throw invalidField(
    'key',
    'must be the key that GET /v1/attachments/storage gives, with the name of the file (1 to 255 characters) at its end',
  );
};

/** For a promise. */
const keyTaken = (err: unknown): never => {
  if (err instanceof AppError && err.code === 'attachment_key_taken') throw invalidField('key', err.message);
  throw err;
};

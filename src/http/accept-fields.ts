import express, { Router, type Request, type RequestHandler } from 'express';
import multer, { type Options } from 'multer';
import { toWellFormed } from '../domain/storable-text.ts';
import { AppError, MalformedRequestError, TooLargeError } from '../errors.ts';
import { FORM_BYTES, FORM_LIMITS } from './body-limits.ts';
import { parseForm } from './form-body.ts';
import { acceptJson, refuseLargeBody } from './json-body.ts';
import { bodyFault, headerFault, keepStart } from './multipart-fault.ts';

const URLENCODED = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data';

/**
 * Accepts an object of fields as JSON, as an urlencoded form or as a multipart form without files, and says which of
 * them it was in `isForm`: values of a form are texts. Mount after authentication.
 */
export const acceptFields = (): RequestHandler => {
  const router = Router();
  const [json, urlencoded, multipart] = [acceptJson(), acceptUrlencoded(), acceptMultipart()];
  router.use((req, res, next) => {
    const accept = req.is(URLENCODED) ? urlencoded : req.is(MULTIPART) ? multipart : json;
    accept(req, res, next);
  });
  return router;
};

/** Whether the body was a form: its values are texts, its lists are objects. */
export const isForm = (req: Request): boolean => Boolean(req.is([URLENCODED, MULTIPART]));

const acceptUrlencoded = (): RequestHandler => {
  const router = Router();
  router.use(
    refuseCharset,
    refuseLargeBody,
    express.raw({ type: () => true, limit: FORM_BYTES }),
    (req, _res, next) => {
      req.body = parseForm(Buffer.isBuffer(req.body) ? textOf(req.body) : '');
      next();
    },
  );
  return router;
};

const refuseCharset: RequestHandler = (req, _res, next) => {
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(req.get('content-type') ?? '') ?? [];
  if (/^utf-?8$/i.test(charset)) return next();
  throw new AppError('unsupported_media_type', 415, 'Send the form in UTF-8.');
};

const textOf = (bytes: Buffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new MalformedRequestError('The body is not UTF-8.');
  }
};

type Busboy = NodeJS.WritableStream;
type ReadField = (name: string | undefined, ...more: unknown[]) => void;

/**
 * Feeds the multipart parser, and hands its fields on with the brackets in their names escaped: what reads them would
 * build nested objects by rules of its own. Names with brackets are read by the parser of forms alone.
 */
const feedEscaped = (req: Request, busboy: Busboy): void => {
  const readers = busboy.listeners('field') as ReadField[];
  busboy.removeAllListeners('field');
  busboy.on('field', ((name, ...more) => {
    for (const read of readers) read(name === undefined ? name : encode(name), ...more);
  }) as ReadField);
  let bytes = 0;
  req.on('data', (chunk: Buffer) => {
    const before = bytes;
    bytes += chunk.length;
    if (before <= FORM_BYTES && bytes > FORM_BYTES) busboy.emit('error', tooLarge());
  });
  req.pipe(busboy);
};

const tooLarge = (): TooLargeError => new TooLargeError(`The form must have at most ${FORM_BYTES} bytes.`);

const acceptMultipart = (): RequestHandler => {
  // The library's type definitions do not have `streamHandler` yet.
  const options: Options = { limits: FORM_LIMITS.multipart, ...({ streamHandler: feedEscaped } as object) };
  const parse = multer(options).none();
  const read: RequestHandler = (req, res, next) => {
    const problem = headerFault(req, 'form');
    if (problem) throw problem;
    const startOf = keepStart(req);
    parse(req, res, (err: unknown) => {
      const isOurs = err instanceof AppError || err instanceof multer.MulterError;
      next((err && !isOurs && bodyFault(req, startOf())) || err);
    });
  };
  const router = Router();
  router.use(refuseLargeBody, read, (req, _res, next) => {
    // Null-prototype: a field may be called like a member of every object.
    const fields = Object.entries((req.body ?? {}) as Record<string, string | string[]>);
    const pairs = fields.flatMap(([name, values]) => [values].flat().map((value) => `${name}=${encode(value)}`));
    req.body = parseForm(pairs.join('&'));
    next();
  });
  return router;
};

const encode = (value: string): string => encodeURIComponent(toWellFormed(value));

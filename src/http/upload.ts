import { rm } from 'node:fs/promises';
import type { Request, RequestHandler } from 'express';
import multer from 'multer';
import type { Deps } from '../deps.ts';
import { InvalidRequestError, MalformedRequestError, TooLargeError } from '../errors.ts';
import { FRAMING_BYTES, uploadLimits } from './body-limits.ts';
import { createSpool, type SpooledFile } from './spool.ts';

export interface UploadField {
  /** The multipart field that holds the file. */
  field: string;
  maxBytes: number;
}

/** Accepts one file in one multipart field. Mount after authentication: an anonymous body is never written. */
export const acceptFile = (
  { incomingDir }: Pick<Deps, 'incomingDir'>,
  { field, maxBytes }: UploadField,
): RequestHandler => {
  const spool = multer({ storage: createSpool(incomingDir), limits: uploadLimits(maxBytes) }).any();
  return (req, res, next) => {
    refuseEarly(req, maxBytes);
    spool(req, res, (err: unknown) => {
      const problem = err ?? problemOf(req, field);
      if (problem === undefined) return next();
      // Of a request that was refused nothing stays.
      discard(req).then(() => next(problem), next);
    });
  };
};

/** By the declared length, before a byte is read. The rest is drained, or some clients would not read the answer. */
const refuseEarly = (req: Request, maxBytes: number): void => {
  const problem =
    Number(req.get('content-length') ?? 0) > maxBytes + FRAMING_BYTES
      ? new TooLargeError(`The package is larger than ${maxBytes} bytes.`)
      : req.is('multipart/form-data') === false || !/boundary=/i.test(req.get('content-type') ?? '')
        ? new MalformedRequestError('Send the package as multipart/form-data (curl -F).')
        : undefined;
  if (!problem) return;
  req.resume();
  throw problem;
};

/** Multer would refuse a file in another field with a message that helps nobody. */
const problemOf = (req: Request, field: string): InvalidRequestError | undefined => {
  const files = Array.isArray(req.files) ? req.files : [];
  if (files[0]?.fieldname === field) return undefined;
  if (files[0])
    return new InvalidRequestError(`The file came in the field "${files[0].fieldname}"; send it as "${field}".`);
  return new InvalidRequestError(
    Object.hasOwn((req.body as object | undefined) ?? {}, field)
      ? `The field "${field}" holds a text; send the file itself (curl -F ${field}=@app.zip).`
      : `Send the package as a file in the multipart field "${field}".`,
  );
};

/** Hands the spooled file to `work`, and sees to it that none is left whatever happens. */
export const withUploadedFile = async <T>(req: Request, work: (file: SpooledFile) => Promise<T>): Promise<T> => {
  const [file] = spooledFiles(req);
  try {
    return await work(file!);
  } finally {
    await discard(req);
  }
};

const discard = async (req: Request): Promise<void> => {
  await Promise.all(spooledFiles(req).map((file) => rm(file.path, { force: true })));
};

const spooledFiles = (req: Request): SpooledFile[] =>
  (Array.isArray(req.files) ? req.files : []).flatMap((file) => {
    const { spooled } = file as Partial<{ spooled: SpooledFile }>;
    return spooled ? [spooled] : [];
  });

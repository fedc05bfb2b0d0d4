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
  /** What messages call the file. */
  noun?: Noun;
}

/** Accepts one file in one multipart field. Mount after authentication: an anonymous body is never written. */
export const acceptFile = (
  { incomingDir }: Pick<Deps, 'incomingDir'>,
  { field, maxBytes, noun = 'package' }: UploadField,
): RequestHandler => {
  const spool = multer({
    storage: createSpool(incomingDir),
    limits: uploadLimits(maxBytes),
    ...(noun === 'file' && { defParamCharset: 'utf8' }),
  }).any();
  return (req, res, next) => {
    refuseEarly(req, maxBytes, noun);
    spool(req, res, (err: unknown) => {
      const problem = err ? ofSize(err, maxBytes, noun) : problemOf(req, field, noun);
      if (problem === undefined) return next();
      // Of a request that was refused nothing stays.
      discard(req).then(() => next(problem), next);
    });
  };
};

type Noun = 'package' | 'file';

const tooLarge = (maxBytes: number, noun: Noun): TooLargeError =>
  new TooLargeError(`The ${noun} is larger than ${maxBytes} bytes.`);

/** Only here it is known how large the file may be. */
const ofSize = (err: unknown, maxBytes: number, noun: Noun): unknown =>
  err instanceof TooLargeError || (err instanceof multer.MulterError && err.code === 'LIMIT_FILE_SIZE')
    ? tooLarge(maxBytes, noun)
    : err;

/** By the declared length, before a byte is read. The rest is drained, or some clients would not read the answer. */
const refuseEarly = (req: Request, maxBytes: number, noun: Noun): void => {
  const problem =
    Number(req.get('content-length') ?? 0) > maxBytes + FRAMING_BYTES
      ? tooLarge(maxBytes, noun)
      : req.is('multipart/form-data') === false || !/boundary=/i.test(req.get('content-type') ?? '')
        ? new MalformedRequestError(`Send the ${noun} as multipart/form-data (curl -F).`)
        : undefined;
  if (!problem) return;
  req.resume();
  throw problem;
};

/** Multer would refuse a file in another field with a message that helps nobody. */
const problemOf = (req: Request, field: string, noun: Noun): InvalidRequestError | undefined => {
  const files = Array.isArray(req.files) ? req.files : [];
  if (files[0]?.fieldname === field) return undefined;
  if (files[0])
    return new InvalidRequestError(`The file came in the field "${files[0].fieldname}"; send it as "${field}".`);
  return new InvalidRequestError(
    Object.hasOwn((req.body as object | undefined) ?? {}, field)
      ? `The field "${field}" holds a text; send the file itself (curl -F ${field}=@${noun === 'file' ? 'FILE' : 'app.zip'}).`
      : `Send the ${noun} as a file in the multipart field "${field}".`,
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

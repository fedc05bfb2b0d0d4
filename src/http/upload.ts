import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler } from 'express';
import multer from 'multer';
import type { Deps } from '../deps.ts';
import { AppError, InvalidRequestError, TooLargeError } from '../errors.ts';
import { createUploadReservation, type UploadReservation } from '../use-cases/quotas/reserve-upload.ts';
import { userOf } from './auth.ts';
import { FRAMING_BYTES, uploadLimits } from './body-limits.ts';
import { allowUploadTime } from './body-time.ts';
import { bodyFault, headerFault, keepStart } from './multipart-fault.ts';
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
  deps: Pick<Deps, 'incomingDir' | 'db' | 'config' | 'log'>,
  { field, maxBytes, noun = 'package' }: UploadField,
): RequestHandler => {
  const spool = multer({
    storage: createSpool(deps.incomingDir, (req, bytes) => reservationOf(req).hold(bytes)),
    limits: uploadLimits(maxBytes),
    defParamCharset: 'utf8',
  }).any();
  return (req, res, next) => {
    refuseEarly(req, maxBytes, noun);
    allowUploadTime(req);
    reservations.set(
      req,
      createUploadReservation(deps, { accountId: userOf(res).accountId, expected: leastBytes(req) }),
    );
    const startOf = keepStart(req);
    spool(req, res, (err: unknown) => {
      const problem = err
        ? (faultOf(err, req, startOf()) ?? ofSize(err, maxBytes, noun))
        : problemOf(req, { field, noun, start: startOf() });
      if (problem === undefined) return next();
      // Of a request that was refused nothing stays.
      discard(req).then(() => next(problem), next);
    });
  };
};

/** Bytes that the file has at least, where the request says how long it is: what frames it takes some. */
const leastBytes = (req: Request): number | undefined => {
  const length = req.get('content-length');
  return length === undefined ? undefined : Math.max(0, Number(length) - FRAMING_BYTES);
};

/** Of requests that upload a file. */
const reservations = new WeakMap<IncomingMessage, UploadReservation>();

/** The reservation of the bytes that a request uploads. */
export const reservationOf = (req: IncomingMessage): UploadReservation => {
  const reservation = reservations.get(req);
  if (!reservation) throw new Error('not a request that uploads a file');
  return reservation;
};

type Noun = 'package' | 'file';

const tooLarge = (maxBytes: number, noun: Noun): TooLargeError =>
  new TooLargeError(`The ${noun} is larger than ${maxBytes} bytes.`);

/** Only here it is known how large the file may be. */
const ofSize = (err: unknown, maxBytes: number, noun: Noun): unknown =>
  err instanceof TooLargeError || (err instanceof multer.MulterError && err.code === 'LIMIT_FILE_SIZE')
    ? tooLarge(maxBytes, noun)
    : err;

/** What the client has done wrong, where the parser's error only says that it cannot read on. */
const faultOf = (err: unknown, req: Request, start: Buffer): AppError | undefined =>
  err instanceof AppError || err instanceof multer.MulterError ? undefined : bodyFault(req, start);

/** By the declared length, before a byte is read. The rest is drained, or some clients would not read the answer. */
const refuseEarly = (req: Request, maxBytes: number, noun: Noun): void => {
  const problem =
    Number(req.get('content-length') ?? 0) > maxBytes + FRAMING_BYTES
      ? tooLarge(maxBytes, noun)
      : headerFault(req, noun);
  if (!problem) return;
  req.resume();
  throw problem;
};

/** Multer would refuse a file in another field with a message that helps nobody. */
const problemOf = (
  req: Request,
  { field, noun, start }: { field: string; noun: Noun; start: Buffer },
): AppError | undefined => {
  const [file] = Array.isArray(req.files) ? req.files : [];
  if (file) {
    if (file.fieldname !== field)
      return new InvalidRequestError(`The file came in the field "${file.fieldname}"; send it as "${field}".`);
    if (/^(7bit|8bit|binary)$/i.test(file.encoding)) return undefined;
    return new InvalidRequestError(
      `The part "${field}" has "Content-Transfer-Encoding: ${file.encoding.slice(0, 40)}". Send the bytes of the ${noun} as they are.`,
    );
  }
  if (Object.hasOwn((req.body as object | undefined) ?? {}, field))
    return new InvalidRequestError(
      `The field "${field}" holds a text; send the file itself (curl -F ${field}=@${noun === 'file' ? 'FILE' : 'app.zip'}).`,
    );
  return (
    bodyFault(req, start) ?? new InvalidRequestError(`Send the ${noun} as a file in the multipart field "${field}".`)
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
  await Promise.all([...spooledFiles(req).map((file) => rm(file.path, { force: true })), reservationOf(req).release()]);
};

const spooledFiles = (req: Request): SpooledFile[] =>
  (Array.isArray(req.files) ? req.files : []).flatMap((file) => {
    const { spooled } = file as Partial<{ spooled: SpooledFile }>;
    return spooled ? [spooled] : [];
  });

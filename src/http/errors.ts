import type { Request, Response } from 'express';
import multer from 'multer';
import { isDatabaseAway, isDatabaseUnusable, isUnstorableText } from '../db/errors.ts';
import type { Logger } from '../logger.ts';
import { isDiskFull } from '../storage/disk-full.ts';
import {
  AppError,
  InvalidRequestError,
  MalformedRequestError,
  OwnRuleError,
  StorageFullError,
  TooLargeError,
  UnavailableError,
} from '../errors.ts';
import { isRateLimitHeader } from './rate-limit.ts';
import { MethodNotAllowedError } from './refuse-routes.ts';
import { requestIdOf } from './request-id.ts';
import { retryAfterOf } from './retry-after.ts';
import { routeNameOf } from './route-patterns.ts';

/** busboy reports a broken body as a plain Error. */
const BROKEN_MULTIPART =
  /^(Request (aborted|closed)$|Multipart: |Unexpected end of |Malformed (part|content)|Missing Content-Type|Unsupported content type)/i;

/** Every failure as one of ours; a dialect only puts it into its envelope. What is not ours becomes a 500. */
export const toAppError = (err: unknown): AppError => {
  if (err instanceof AppError) return err;
  if (isDiskFull(err)) return new StorageFullError(err);
  if (isDatabaseAway(err)) return new UnavailableError('The database', err);
  if (isDatabaseUnusable(err)) return new UnavailableError('The database', err, 'used');
  if (isUnstorableText(err))
    return new InvalidRequestError(
      'The request holds a NUL character or half of a surrogate pair; neither can be kept.',
    );
  if (err instanceof multer.MulterError) return multerError(err);
  if (!(err instanceof Error)) return internal(err);
  if (BROKEN_MULTIPART.test(err.message))
    return new MalformedRequestError(`The multipart body cannot be read: ${err.message}.`);
  // express and body-parser throw http-errors: broken JSON, a body over the limit, a bad percent escape in the path.
  if ('status' in err && typeof err.status === 'number' && err.status < 500) return clientError(err, err.status);
  return internal(err);
};

const internal = (cause: unknown): AppError =>
  new AppError('internal', 500, 'Something went wrong on our side; it has been logged.', { cause });

const clientError = (err: Error, status: number): AppError => {
  if (status === 413) return new TooLargeError('The body of the request is too large.');
  const type = 'type' in err ? err.type : undefined;
  if (type === 'entity.parse.failed') return new MalformedRequestError(notJson(err));
  return new AppError('malformed_request', status, `The request cannot be read: ${err.message}.`);
};

/** Only where it is broken: the parser's own words repeat a piece of the body, and that may be of a secret. */
export const notJson = ({ message }: Error): string => {
  const place = /at position \d+/.exec(message)?.[0];
  return place === undefined ? 'The body is not JSON.' : `The body is not JSON: something is wrong ${place}.`;
};

/** The library's type definitions do not have them yet. */
const NESTED_NAME: ReadonlySet<string> = new Set(['LIMIT_FIELD_NESTING', 'LIMIT_FIELD_ARRAY_INDEX']);

const multerError = (err: multer.MulterError): AppError => {
  if (err.code === 'LIMIT_FILE_SIZE') return new TooLargeError('The package is too large.');
  if (err.code === 'LIMIT_UNEXPECTED_FILE')
    return new InvalidRequestError(
      'This request takes no file. Upload the package first, and send the id of the upload.',
    );
  if (err.code === 'LIMIT_FILE_COUNT') return new InvalidRequestError('Send one file in a request.');
  if (NESTED_NAME.has(err.code))
    return new InvalidRequestError(
      `The field name ${JSON.stringify((err.field ?? '').slice(0, 60))} is not allowed. Send field names without brackets.`,
    );
  return new InvalidRequestError(`The multipart body cannot be accepted: ${err.message}.`);
};

/** How a door that knows no passwords asks for credentials; the others take both. */
type Challenge = 'Bearer' | 'Basic';

const challenges: Record<Challenge, string> = {
  Bearer: 'Bearer realm="Appyard"',
  Basic: 'Basic realm="Appyard", charset="UTF-8"',
};

/** What every door does with a failure before it puts it into its envelope. */
export const prepareError = (
  { log }: { log: Logger },
  { req, res }: { req: Request; res: Response },
  err: unknown,
  challenge: Challenge = 'Basic',
): AppError => {
  const error = toAppError(err);
  // Of an answer that could not be given nothing may stay, least of all for how long to keep it.
  for (const name of res.getHeaderNames()) if (!isRateLimitHeader(name)) res.removeHeader(name);
  if (error.status === 401) res.set('WWW-Authenticate', challenges[challenge]);
  if (error instanceof MethodNotAllowedError) res.set('Allow', error.allowed);
  if (error.status === 503) res.set('Retry-After', String(retryAfterOf(error, 5)));
  // A vendor's client takes 0 for none.
  if (error.status === 429) res.set('Retry-After', String(retryAfterOf(error)));
  if (error instanceof OwnRuleError && error.retryAfter !== undefined)
    res.set('Retry-After', String(retryAfterOf(error)));
  const fields = { requestId: requestIdOf(res), method: req.method, route: routeNameOf(req, res), err };
  if (error instanceof OwnRuleError) log.debug('request refused', fields);
  else if (error instanceof StorageFullError) log.error('request failed: no space left for files', fields);
  else if (error.status === 503) log.warn('request failed: a store cannot be used', fields);
  else if (error.status >= 500) log.error('request failed', fields);
  return error;
};

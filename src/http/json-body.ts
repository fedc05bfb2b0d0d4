import express, { Router, type RequestHandler } from 'express';
import { AppError, InvalidRequestError, MalformedRequestError, TooLargeError } from '../errors.ts';
import { accountIdOf } from './auth.ts';
import { JSON_LIMITS } from './body-limits.ts';
import { clientAddressOf } from './client-address.ts';
import { findDuplicateKey } from './duplicate-key.ts';
import { notJson } from './errors.ts';
import { inTurn } from './in-turn.ts';
import { countMembers, shapeOfJson } from './json-shape.ts';

/**
 * Accepts a JSON object of at most 1 MiB in UTF-8, each key once. Mount after authentication.
 *
 * @param options.anyValue lists and scalars too: for a route whose schema says what it takes.
 */
export const acceptJson = ({ anyValue = false } = {}): RequestHandler => {
  const router = Router();
  router.use(
    (req, _res, next) => {
      const type = req.get('content-type') ?? '';
      const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(type) ?? [];
      // Null: there is no body at all, which is said below.
      const isJson = req.is('application/json') !== false && /^utf-?8$/i.test(charset);
      if (isJson || req.get('content-length') === '0') return next();
      throw new AppError(
        'unsupported_media_type',
        415,
        'Send the body as JSON in UTF-8, with "Content-Type: application/json".',
      );
    },
    refuseLargeBody,
    express.raw({ type: () => true, limit: JSON_LIMITS.maxBytes }),
    async (req, res, next) => {
      const sender = String(accountIdOf(res) ?? clientAddressOf(req));
      req.body = await readBody(req.body, { anyValue, sender });
      next();
    },
  );
  return router;
};

/** By the declared length: the parser would wait for all of it before it says so. The rest is drained meanwhile. */
export const refuseLargeBody: RequestHandler = (req, _res, next) => {
  if (Number(req.get('content-length') ?? 0) <= JSON_LIMITS.maxBytes) return next();
  req.resume();
  throw new TooLargeError(`The body of the request is too large: ${JSON_LIMITS.maxBytes} bytes at the most.`);
};

interface ReadOptions {
  anyValue: boolean;
  /** Whose body it is, for the order of the turns. */
  sender: string;
}

const readBody = async (bytes: unknown, { anyValue, sender }: ReadOptions): Promise<unknown> => {
  const value = Buffer.isBuffer(bytes) && bytes.length > 0 ? await readJson(bytes, sender) : undefined;
  if (anyValue && value !== undefined) return value;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new InvalidRequestError(`Send ${anyValue ? 'JSON' : 'a JSON object'} as the body of the request.`);
};

/** A body that is larger is read in {@link inTurn turns}: many at once must not keep the others waiting. */
const LARGE_BYTES = 64 * 1024;

const atOnce = async <T>(work: () => T): Promise<T> => work();

/**
 * Parses a body whose shape is within the limits: these bound the time that the parser and the search for duplicate keys
 * take, some 10 ms each.
 */
const readJson = async (bytes: Buffer, sender: string): Promise<unknown> => {
  const step = <T>(work: () => T): Promise<T> => (bytes.length > LARGE_BYTES ? inTurn(sender, work) : atOnce(work));
  const { depth, values, members, compact } = await step(() => shapeOfJson(bytes));
  const { maxDepth, maxValues } = JSON_LIMITS;
  if (depth > maxDepth) throw new MalformedRequestError(`The body must not be nested deeper than ${maxDepth} levels.`);
  if (values > maxValues) throw new TooLargeError(`The body must have at most ${maxValues} values.`);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const value = await step(() => JSON.parse(text) as unknown);
    // To find the key takes four times as long as to see that there is none.
    if (await step(() => countMembers(value) < members)) await step(() => refuseDuplicates(compact.toString()));
    return value;
  } catch (err) {
    if (err instanceof TypeError) throw new MalformedRequestError('The body is not UTF-8.');
    if (err instanceof SyntaxError) throw new MalformedRequestError(notJson(err));
    throw err;
  }
};

const refuseDuplicates = (text: string): void => {
  const key = findDuplicateKey(text);
  if (key === undefined) return;
  throw new MalformedRequestError(`The body has the key ${JSON.stringify(key.slice(0, 60))} twice in one object.`);
};

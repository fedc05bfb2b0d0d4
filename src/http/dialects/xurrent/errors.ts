import type { ErrorRequestHandler, Response } from 'express';
import type { Deps } from '../../../deps.ts';
import { AppError, OwnRuleError } from '../../../errors.ts';
import { prepareError } from '../../errors.ts';
import { retryAfterOf } from '../../retry-after.ts';

/** What this vendor's servers say, whatever the reason. */
const words: Record<number, string> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
};

/** Whoever has more of them has sent something else altogether. */
const MOST_PAIRS = 50;

/** Field and text, one pair for each problem. */
const pairsOf = ({ message, details }: AppError): [string, string][] => {
  const byField = typeof details === 'object' && details !== null ? Object.entries(details) : [];
  const pairs = byField.flatMap(([field, messages]) =>
    (Array.isArray(messages) ? messages.map(String) : []).map((one): [string, string] => [field, one]),
  );
  return pairs.length > 0 ? pairs.slice(0, MOST_PAIRS) : [['base', message]];
};

const bodyOf = (error: AppError, status: number): Record<string, unknown> => {
  if (status === 422) return { message: 'Validation Failed', errors: pairsOf(error) };
  if (error.message.startsWith('The body is not JSON')) return { message: 'Invalid JSON string posted' };
  return { message: words[status] ?? error.message };
};

/** A conflict is told as a problem of a field. */
const statusOf = (error: AppError): number =>
  error.status === 409 && !(error instanceof OwnRuleError) ? 422 : error.status;

/** This door's envelope. Express recognises an error handler by its four parameters. */
export const xurrentErrors =
  (deps: Pick<Deps, 'log'>): ErrorRequestHandler =>
  (err: unknown, req, res, next) => {
    if (res.headersSent) return next(err);
    const error = prepareError(deps, { req, res }, err, 'Bearer');
    const status = statusOf(error);
    setHeaders(res, error);
    res.status(status).json(bodyOf(error, status));
  };

/** The vendor's client waits 300 s where nothing is said. */
const LEAST_WAIT = 2;

const setHeaders = (res: Response, error: AppError): void => {
  res.set('Cache-Control', 'no-store');
  if (error.status === 429) res.set('Retry-After', String(retryAfterOf(error, LEAST_WAIT)));
};

/** A query that cannot be carried out. */
export const badQuery = (message: string): AppError => new AppError('invalid_query', 400, message);

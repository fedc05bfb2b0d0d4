import type { ErrorRequestHandler, Response } from 'express';
import type { Deps } from '../../../deps.ts';
import type { AppError } from '../../../errors.ts';
import { toAppError } from '../../errors.ts';

/** This door's envelope. Its clients print the description and nothing else, so there is always one. */
export const sendError = (res: Response, { status, code, message, details }: AppError): void => {
  if (status === 401) res.set('WWW-Authenticate', 'Basic realm="Appyard", charset="UTF-8"');
  if (status === 503) res.set('Retry-After', '5');
  res.status(status).json({ error: code, description: message, ...(details !== undefined && { details }) });
};

/** Express recognises an error handler by its four parameters. */
export const zendeskErrors =
  ({ log }: Pick<Deps, 'log'>): ErrorRequestHandler =>
  (err: unknown, req, res, next) => {
    if (res.headersSent) return next(err);
    const error = toAppError(err);
    if (error.status >= 500) log.error('request failed', { method: req.method, path: req.path, err });
    sendError(res, error);
  };

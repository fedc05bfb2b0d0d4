import type { ErrorRequestHandler } from 'express';
import type { Deps } from '../../../deps.ts';
import { prepareError } from '../../errors.ts';

/**
 * This door's envelope. Its clients print the description and nothing else, so there is always one. Express recognises
 * an error handler by its four parameters.
 */
export const zendeskErrors =
  (deps: Pick<Deps, 'log'>): ErrorRequestHandler =>
  (err: unknown, req, res, next) => {
    if (res.headersSent) return next(err);
    const { status, code, message, details } = prepareError(deps, { req, res }, err);
    res.status(status).json({ error: code, description: message, ...(details !== undefined && { details }) });
  };

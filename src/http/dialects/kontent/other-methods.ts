import type { RequestHandler } from 'express';
import { AppError } from '../../../errors.ts';

/** The last handler of a path that is known: it is asked for in a way that it is not. */
export const refuseOtherMethods =
  (...allowed: string[]): RequestHandler =>
  (req) => {
    const list = allowed.join(', ');
    const message = `${req.method} is not possible here; possible are ${list}.`;
    throw new AppError('method_not_allowed', 405, message, { details: list });
  };

import type { RequestHandler } from 'express';
import { AppError, NotFoundError } from '../errors.ts';
import { pathOf } from './request-id.ts';

/** The last handler of a door: nothing before it knew the path. */
export const nothingThere: RequestHandler = (req) => {
  throw new NotFoundError(`There is nothing at ${req.method} ${pathOf(req)}.`);
};

/** A path that is known, asked for in a way that it is not. */
export class MethodNotAllowedError extends AppError {
  /** As the `Allow` header lists them. */
  readonly allowed: string;

  constructor(method: string, allowed: string) {
    super('method_not_allowed', 405, `${method} is not possible here; possible are ${allowed}.`);
    this.allowed = allowed;
  }
}

/** The last handler of a path, after those of the methods that it has. */
export const refuseOtherMethods =
  (...allowed: string[]): RequestHandler =>
  (req) => {
    throw new MethodNotAllowedError(req.method, allowed.join(', '));
  };

import { AppError } from '../../../errors.ts';

/** A request that breaks a rule of this door. `parameter` is where: `kviews.0.name`; empty: the whole. */
export const ruleError = (parameter: string, message: string): AppError =>
  new AppError('bad_request', 400, message, { details: { parameter } });

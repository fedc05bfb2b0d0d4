import type { AppError } from '../errors.ts';

/**
 * After how long a refused client may come back, in whole seconds.
 *
 * @param least what is said where nothing is known, and instead of less.
 */
export const retryAfterOf = (error: AppError, least = 1): number => {
  const seconds = 'retryAfter' in error && typeof error.retryAfter === 'number' ? error.retryAfter : Number.NaN;
  return Number.isFinite(seconds) ? Math.max(least, Math.ceil(seconds)) : least;
};

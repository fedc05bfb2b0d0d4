import type { Response } from 'express';
import { TooManyRequestsError } from '../errors.ts';
import type { CountRequest } from '../queue/rate-limits.ts';

const PREFIX = 'x-ratelimit-';

/** Whether a header tells of a limit: it stays, whatever becomes of the answer. */
export const isRateLimitHeader = (name: string): boolean => name.toLowerCase().startsWith(PREFIX);

/**
 * Counts a request of an account, and tells in the answer's headers what is left.
 *
 * @throws TooManyRequestsError
 */
export const spendRequest = async (count: CountRequest, accountId: number, res: Response): Promise<void> => {
  const { limit, remaining, resetSeconds, over } = await count(accountId);
  res.set({
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String(resetSeconds),
  });
  if (over) throw new TooManyRequestsError(limit, resetSeconds);
};

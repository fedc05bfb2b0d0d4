import type { Deps } from '../../../deps.ts';

/** The vendor's lists have no pages, and its clients read the first one only; this is more than an account ever had. */
export const MOST_LISTED = 10_000;

/**
 * Where a list begins: of one that is too long the newest are shown, for that is what somebody who has just made one looks
 * for.
 *
 * @param lastUnlisted the newest that is left out; 0: none is.
 */
export const startOf = (
  { log }: Pick<Deps, 'log'>,
  lastUnlisted: number,
  list: { of: string; accountId: number },
): number => {
  if (lastUnlisted > 0) log.warn('a list is too long: the oldest are left out', { ...list, shown: MOST_LISTED });
  return lastUnlisted;
};

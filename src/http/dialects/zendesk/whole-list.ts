import { setImmediate } from 'node:timers/promises';
import type { Deps } from '../../../deps.ts';

/** The vendor's lists have no pages, and its clients read the first one only; this is more than an account ever had. */
export const MOST_LISTED = 10_000;

/** How many to ask for: one more says that there are more. */
export const ASKED_FOR = MOST_LISTED + 1;

/**
 * What a list shows: of one that is too long the newest, for that is what somebody who has just made one looks for.
 *
 * @param found the newest, the oldest of these first.
 */
export const newestOf = <T>({ log }: Pick<Deps, 'log'>, found: T[], list: { of: string; accountId: number }): T[] => {
  if (found.length <= MOST_LISTED) return found;
  log.warn('a list is too long: the oldest are left out', { ...list, shown: MOST_LISTED });
  return found.slice(-MOST_LISTED);
};

/** Texts that nobody has seen yet take up to half a millisecond an app: others get their turn in between. */
const PRESENTED_AT_ONCE = 50;

/** Each of them as it is presented, with turns for other requests. */
export const presentAll = async <T, Shown>(items: readonly T[], present: (item: T) => Shown): Promise<Shown[]> => {
  const shown: Shown[] = [];
  for (const item of items) {
    shown.push(present(item));
    if (shown.length % PRESENTED_AT_ONCE === 0) await setImmediate();
  }
  return shown;
};

/** `pending` until an attempt succeeds, or none is left. */
export type DeliveryState = 'pending' | 'delivered' | 'failed';

/** A delivery as the queue knows it: ids only. */
export interface DeliveryRef {
  /** A UUID. */
  id: string;
  accountId: number;
  /** How often it was asked for: a wake-up of an earlier round finds nothing to do. */
  round: number;
}

/** What came of one exchange with a receiver. */
export interface Exchange {
  /** Of the answer; null: there was none. */
  status: number | null;
  /** Why it is no success; null when the answer alone says it. Fit to be shown. */
  error: string | null;
  /** The beginning of the answer's body; null: there was none. */
  answer: string | null;
  /** It cannot come out differently another time, whatever the status. */
  hopeless?: boolean;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Milliseconds from the end of each attempt to the next one. The first attempt is made at once. */
const DELAYS = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, 6 * HOUR];

/** Of one round. */
export const MAX_DELIVERY_ATTEMPTS = DELAYS.length + 1;

/** Attempts of one account that may be under way at once: its receivers that hang leave room for everyone else's. */
export const MAX_UNDER_WAY = 4;

/**
 * Milliseconds until the attempt after this one, a tenth more or less so that many do not come back at once.
 *
 * @param attemptsUsed of the round, this one included: from 1.
 * @param random from 0 to 1.
 */
export const retryDelayMs = (attemptsUsed: number, random: number): number =>
  Math.round(DELAYS[Math.min(attemptsUsed, DELAYS.length) - 1]! * (0.9 + random / 5));

const isSuccess = (status: number | null): boolean => status !== null && status >= 200 && status < 300;

/** The receiver says that it is gone for good. */
const GONE = 410;

/** What becomes of a delivery after an attempt; `delayMs` only when there is another one. */
export const afterAttempt = (
  { status, error, hopeless }: Exchange,
  attemptsUsed: number,
  random: number,
): { state: DeliveryState; delayMs?: number } => {
  if (error === null && isSuccess(status)) return { state: 'delivered' };
  if (hopeless === true || status === GONE || attemptsUsed >= MAX_DELIVERY_ATTEMPTS) return { state: 'failed' };
  return { state: 'pending', delayMs: retryDelayMs(attemptsUsed, random) };
};

/** Why an answer is no success; null: it is one. */
export const faultOf = (status: number): string | null => {
  if (isSuccess(status)) return null;
  if (status >= 300 && status < 400) return `The receiver answered with a redirect (${status}), which is not followed.`;
  if (status === GONE) return 'The receiver answered 410: it is gone for good.';
  return `The receiver answered ${status}.`;
};

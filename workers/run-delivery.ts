import {
  claimDelivery,
  endAttempt,
  failDelivery,
  findDue,
  lockClaims,
  postponeSweep,
  type Delivery,
} from '../src/db/deliveries.ts';
import { withTransaction } from '../src/db/pool.ts';
import { findSealedSigningKey } from '../src/db/signing-keys.ts';
import type { Deps } from '../src/deps.ts';
import {
  afterAttempt,
  MAX_DELIVERY_ATTEMPTS,
  MAX_UNDER_WAY,
  type DeliveryRef,
  type DeliveryState,
  type Exchange,
} from '../src/domain/delivery.ts';
import { claimsOfAttempt } from '../src/domain/delivery-claims.ts';
import { hostOf } from '../src/domain/delivery-request.ts';
import { signingKeyContext, signToken } from '../src/secrets/signing.ts';

/** Milliseconds until the delivery wants to be woken again; undefined: there is nothing left to do. */
export type NextWake = number | undefined;

export type DeliveryDeps = Pick<Deps, 'db' | 'cipher' | 'config' | 'postJson' | 'metrics' | 'log'>;

/** What reading the key, signing and writing the end down may take besides the exchange, in milliseconds. */
const MARGIN_MS = 5_000;
/** As many of its account are under way as may be, or it became due between two statements. */
const AGAIN_MS = 1_000;

/**
 * One attempt of a delivery: claim the row, sign, send, write down what came of it. The row decides whether it is due;
 * waking it twice, early, or when it is settled changes nothing.
 *
 * @param stop fires when the worker has to stop: the exchange is broken off and tried again later.
 * @throws whatever the database throws: the queue brings the delivery back.
 */
export const runDelivery = async (deps: DeliveryDeps, ref: DeliveryRef, stop: AbortSignal): Promise<NextWake> => {
  const leaseMs = deps.config.deliveryTimeoutMs + MARGIN_MS;
  const leaseEnd = Date.now() + leaseMs;
  const delivery = await claim(deps, ref, leaseMs);
  if (!delivery) return notClaimed(deps, ref);
  const exchange = await attemptExchange(deps, delivery, { leaseEnd, stop });
  if (!exchange) return notClaimed(deps, ref);
  const next = afterAttempt(exchange, delivery.attemptsUsed, Math.random());
  const recorded = await endAttempt(deps.db, delivery, { ...exchange, ...next });
  tell(deps, delivery, { ...exchange, state: recorded ? next.state : 'superseded' });
  return recorded ? next.delayMs : undefined;
};

const claim = ({ db }: DeliveryDeps, ref: DeliveryRef, leaseMs: number): Promise<Delivery | undefined> =>
  withTransaction(db, async (tx) => {
    await lockClaims(tx, ref.accountId);
    const limits = { leaseMs, maxAttempts: MAX_DELIVERY_ATTEMPTS, maxUnderWay: MAX_UNDER_WAY };
    return claimDelivery(tx, ref, limits);
  });

const notClaimed = async ({ db, log, metrics }: DeliveryDeps, ref: DeliveryRef): Promise<NextWake> => {
  const due = await findDue(db, ref);
  if (!due) return undefined;
  if (due.dueInMs > 0) return due.dueInMs;
  if (due.attemptsUsed < MAX_DELIVERY_ATTEMPTS) return (await postponeSweep(db, ref, AGAIN_MS)) ? AGAIN_MS : undefined;
  if (await failDelivery(db, { ...ref, attempt: due.attempt })) {
    metrics.deliveries.attempted('failed');
    log.error('delivery given up', { deliveryId: ref.id, accountId: ref.accountId, attempt: due.attempt });
  }
  return undefined;
};

const attemptExchange = async (
  deps: DeliveryDeps,
  delivery: Delivery,
  { leaseEnd, stop }: { leaseEnd: number; stop: AbortSignal },
): Promise<Exchange | undefined> => {
  const token = await signAttempt(deps, delivery);
  if (typeof token !== 'string') return token;
  // A process that was paused may not send any more: the exchange could last until another attempt is made.
  if (Date.now() + deps.config.deliveryTimeoutMs > leaseEnd) return undefined;
  const { url, headers } = delivery;
  return deps.postJson({ url, headers, body: { jwt: token }, signal: stop });
};

/** The token, or why there is none. */
const signAttempt = async (
  { db, cipher, log }: DeliveryDeps,
  { id, accountId, attempt, claims, signingKeyId, withKid }: Delivery,
): Promise<string | Exchange> => {
  const none = { status: null, answer: null };
  const key = await findSealedSigningKey(db, accountId, signingKeyId);
  if (!key) return { ...none, error: 'Its signing key was removed.', hopeless: true };
  const { algorithm, kid, accountId: ownerId } = key;
  try {
    const privatePem = cipher.open(key.privateKey, signingKeyContext(ownerId, kid));
    const signing = { algorithm, privatePem, ...(withKid && { kid }) };
    return await signToken(claimsOfAttempt(claims, { id, attempt }, Date.now()), signing);
  } catch (err) {
    log.error('delivery not signed', { deliveryId: id, accountId, signingKeyId, err });
    return { ...none, error: 'It could not be signed; the reason has been logged.' };
  }
};

const tell = (
  { log, metrics }: DeliveryDeps,
  { id, accountId, attempt, url }: Delivery,
  { status, error, state }: { status: number | null; error: string | null; state: DeliveryState | 'superseded' },
): void => {
  metrics.deliveries.attempted(state === 'pending' ? 'again' : state);
  const fields = { deliveryId: id, accountId, attempt, host: hostOf(url), status, error };
  if (state === 'delivered') log.debug('delivered', fields);
  else if (state === 'failed') log.error('delivery given up', fields);
  else if (state === 'superseded') log.warn('delivery attempt taken over', fields);
  else log.warn('delivery attempt failed', fields);
};

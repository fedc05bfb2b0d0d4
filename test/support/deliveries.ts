import { findDelivery, type Delivery, type DeliveryAttempt } from '../../src/db/deliveries.ts';
import type { SigningKey } from '../../src/db/signing-keys.ts';
import {
  listDeliveryIds,
  readDeliveries,
  type DeliveryFilter,
  type DeliveryReport,
} from '../../src/db/delivery-lists.ts';
import type { DeliveryRef } from '../../src/domain/delivery.ts';
import type { SigningAlgorithm } from '../../src/domain/delivery-claims.ts';
import { createSigningKey } from '../../src/use-cases/deliveries/create-signing-key.ts';
import { requestDelivery, type RequestDeliveryInput } from '../../src/use-cases/deliveries/request-delivery.ts';
import type { Harness } from './harness.ts';

type OfAccount = Pick<Harness, 'deps' | 'accountId'>;

export const makeKey = ({ deps, accountId }: OfAccount, algorithm: SigningAlgorithm = 'es256'): Promise<SigningKey> =>
  createSigningKey(deps, { accountId, algorithm });

/** A delivery of the account acme to this address, with what a test does not care about filled in. */
export const deliveryTo = (
  { accountId }: Pick<Harness, 'accountId'>,
  signingKeyId: number,
  overrides: Partial<RequestDeliveryInput> = {},
): RequestDeliveryInput => ({
  accountId,
  door: 'test',
  topic: 'thing.create',
  subject: 'thing/1',
  url: 'https://receiver.example/hook',
  headers: {},
  claims: { iss: 'https://acme.example', data: { name: 'thing' } },
  signingKeyId,
  withKid: false,
  ...overrides,
});

/** Asks for a delivery without telling the queue. */
export const ask = (harness: OfAccount, input: RequestDeliveryInput): Promise<DeliveryRef> =>
  requestDelivery(harness.deps.db, input);

/** Deliveries with their attempts, newest first. */
export const listDeliveries = async (
  { db }: Pick<Harness['deps'], 'db'>,
  filter: DeliveryFilter,
): Promise<DeliveryReport[]> => {
  const found: DeliveryReport[] = [];
  for await (const chunk of readDeliveries(db, filter.accountId, await listDeliveryIds(db, filter)))
    found.push(...chunk);
  return found;
};

/** The delivery as it stands, with its attempts. */
export const reportOf = async (
  { deps, accountId }: OfAccount,
  id: string,
): Promise<Delivery & Pick<DeliveryReport, 'attempts'>> => {
  const [listed] = (await readDeliveries(deps.db, accountId, [id]).next()).value ?? [];
  const found = await findDelivery(deps.db, accountId, id);
  if (!found || !listed) throw new Error(`no delivery ${id}`);
  return { ...found, attempts: listed.attempts };
};

/** How each attempt ended: its status, or what went wrong, or `under way`. */
export const endsOf = ({ attempts }: { attempts: DeliveryAttempt[] }): (number | string)[] =>
  attempts.map(({ endedAt, status, error }) => (endedAt === null ? 'under way' : (status ?? error ?? 'nothing')));

/** As if the time until its next attempt had passed. */
export const makeDue = async ({ deps }: OfAccount, id: string): Promise<void> => {
  await deps.db.query(
    `update deliveries set next_attempt_at = now() - interval '1 second' where id = $1 and state = 'pending'`,
    [id],
  );
};

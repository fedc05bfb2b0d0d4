import { insertAuditEntry } from '../db/audit-entries.ts';
import {
  holdLocationOrders,
  lockLocationOrders,
  writeLocationOrder,
  type LocationOrder,
} from '../db/location-orders.ts';
import { withTransaction } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/audit.ts';
import { InvalidRequestError } from '../errors.ts';

export interface ReorderLocationInput {
  accountId: number;
  actor: Actor;
  /** Null: that of the first installation. */
  product: string | null;
  location: string;
  /** Each once, and one at least. */
  installationIds: number[];
}

/** Ids that are refused by name. */
const MOST_NAMED = 20;

/**
 * Puts installations first in a location, in this order; those that are not named keep theirs behind them. Of two
 * requests at the same time the last one counts as a whole. Four statements in one transaction.
 *
 * @returns the whole order.
 * @throws InvalidRequestError for an id that is no installation of the account with a place there.
 */
export const reorderLocation = async ({ db }: Pick<Deps, 'db'>, input: ReorderLocationInput): Promise<LocationOrder> =>
  withTransaction(db, async (tx) => {
    const { accountId, actor, location } = input;
    await lockLocationOrders(tx, accountId);
    const current = choose(await holdLocationOrders(tx, accountId, location), input);
    const after = { ...current, installationIds: [...new Set([...input.installationIds, ...current.installationIds])] };
    await writeLocationOrder(tx, accountId, after);
    await insertAuditEntry(tx, {
      accountId,
      actor,
      action: 'update',
      subject: { type: 'location', id: null, name: location },
      before: stateOf(current),
      after: stateOf(after),
    });
    return after;
  });

/** The order that is meant, which has all the installations that are named. */
const choose = (
  orders: LocationOrder[],
  { product, location, installationIds }: ReorderLocationInput,
): LocationOrder => {
  const meant = orders.find((order) =>
    product === null ? order.installationIds.includes(installationIds[0]!) : order.product === product,
  );
  const there = new Set(meant?.installationIds);
  const strangers = installationIds.filter((id) => !there.has(id));
  if (meant && strangers.length === 0) return meant;
  const ofProduct = meant?.product ?? product;
  const place = `"${location}"${ofProduct === null ? '' : ` of ${ofProduct}`}`;
  const messages = strangers
    .slice(0, MOST_NAMED)
    .map((id) => `${id} is no installation of this account with a place in ${place}`);
  throw new InvalidRequestError(`installations: ${messages.join('; ')}`, { installations: messages });
};

const stateOf = ({ product, installationIds }: LocationOrder) => ({ product, installations: installationIds });

import type { Installation } from '../../../db/installations.ts';
import type { Queryable } from '../../../db/pool.ts';
import type { Deps } from '../../../deps.ts';
import type { Actor } from '../../../domain/audit.ts';
import type { DeliveryRef } from '../../../domain/delivery.ts';
import { NotFoundError } from '../../../errors.ts';
import { dispatchDelivery } from '../../../use-cases/deliveries/dispatch-delivery.ts';
import type { Instance } from './instance.ts';
import { openWebhook, tellWebhook, type InstanceEvent } from './webhook.ts';

interface News {
  event: InstanceEvent;
  /** Subdomain of the account that has the instance. */
  account: string;
  installation: Pick<Installation, 'id' | 'enabled'>;
  instance: Pick<Instance, 'disabled' | 'suspended'>;
}

type DispatchDeps = Parameters<typeof dispatchDelivery>[0];

/** Tells an offering's webhook what happens, with it and not without it. */
export interface Telling {
  /** In the transaction of what happens. */
  tell: (tx: Queryable, news: News) => Promise<void>;
  /** After its commit, with the stores of that transaction where it is part of another one. */
  dispatch: (within: DispatchDeps) => Promise<void>;
}

/** Call it before the transaction, also before that of an `Idempotency-Key`: the offering's key may have to be made. */
export const openTelling = async (
  deps: Pick<Deps, 'db' | 'cipher' | 'config'>,
  offering: { ownerId: number; appId: number },
  actor: Actor,
): Promise<Telling> => {
  const webhook = await openWebhook(deps, { accountId: offering.ownerId, id: offering.appId });
  const asked: DeliveryRef[] = [];
  return {
    async tell(tx, { event, account, installation: { id, enabled }, instance: { disabled, suspended } }) {
      if (!webhook) return;
      const instance = { id, account, enabled, disabled, suspended };
      const delivery = await tellWebhook(tx, deps, webhook, { event, actor, instance }).catch(ifPolicyIsThere);
      if (delivery) asked.push(delivery);
    },
    async dispatch(within) {
      for (const delivery of asked) await dispatchDelivery(within, delivery);
    },
  };
};

/** For a promise: the policy was removed a moment ago, and its key with it. Then there is nobody to be told. */
const ifPolicyIsThere = (err: unknown): undefined => {
  if (!(err instanceof NotFoundError)) throw err;
};

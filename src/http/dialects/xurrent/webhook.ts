import type { ListedApp } from '../../../db/catalogue-lists.ts';
import type { DoorRecord } from '../../../db/door-records.ts';
import type { Queryable } from '../../../db/pool.ts';
import type { Deps } from '../../../deps.ts';
import type { Actor } from '../../../domain/audit.ts';
import type { DeliveryRef } from '../../../domain/delivery.ts';
import { requestDelivery } from '../../../use-cases/deliveries/request-delivery.ts';
import { accountUrl, domainOf, policyUrl, recordsUrl } from './addresses.ts';
import { ensurePolicy } from './ensure-policy.ts';
import { findOffering } from './find-offering.ts';
import { KIND } from './kind.ts';
import { showMoment } from './moment.ts';
import { nodeIdOf } from './node-id.ts';
import { offeringOf } from './offering.ts';
import { fillTemplate } from './offering-schema.ts';
import { policyOf } from './policy.ts';

export type InstanceEvent = 'app_instance.create' | 'app_instance.update' | 'app_instance.delete';

/** What an offering's webhook is told with. */
export interface Webhook {
  app: ListedApp;
  policy: DoorRecord;
}

/**
 * The webhook of an offering as it was published last; as it is being worked on, while it never was. Undefined while
 * its policy is disabled. Ask before the transaction in which it is told something.
 */
export const openWebhook = async (
  deps: Pick<Deps, 'db' | 'cipher'>,
  owned: { accountId: number; id: number },
): Promise<Webhook | undefined> => {
  const app = await findOffering(deps, owned, ['own-released', 'draft']);
  if (!app) return undefined;
  const policy = await ensurePolicy(deps, app);
  return policyOf(policy).disabled ? undefined : { app, policy };
};

/** What happened to which instance, and who did it. */
export interface InstanceNews {
  event: InstanceEvent;
  actor: Actor;
  instance: { id: number; account: string; enabled: boolean; disabled: boolean; suspended: boolean };
}

/** Of the address under which deliveries can be told apart, `{delivery}` is filled in later. */
const headersOf = (home: string, id: number): Record<string, string> => {
  const at = `/app_instances/${id}`;
  return {
    'user-agent': 'xurrent/1.0 (Appyard)',
    'x-xurrent-delivery': '{delivery}',
    link: `<${home}${at}>; rel="canonical", <${home}/v1${at}>; rel="resource"`,
  };
};

/** Receivers take small tokens only: what is longer (custom fields, comments) can be fetched. */
const payloadOf = ({ app }: Webhook, { instance }: InstanceNews, domain: string) => ({
  id: instance.id,
  nodeID: nodeIdOf(domain, 'AppInstance', instance.id),
  customer_account_id: instance.account,
  app_offering: {
    reference: app.key,
    id: app.id,
    nodeID: nodeIdOf(domain, 'AppOffering', app.id),
    updated_at: showMoment(app.updatedAt),
  },
  enabled_by_customer: instance.enabled,
  disabled: instance.disabled,
  suspended: instance.suspended,
});

/** Which deliveries are of a policy. */
export const subjectOf = (policyId: number): string => `webhook_policies/${policyId}`;

/**
 * Tells an offering's webhook, in the transaction of what happened. Give what this returns to `dispatchDelivery` after
 * the commit.
 */
export const tellWebhook = (
  tx: Queryable,
  deps: Pick<Deps, 'config'>,
  webhook: Webhook,
  news: InstanceNews,
): Promise<DeliveryRef> => {
  const { app, policy } = webhook;
  const offering = offeringOf(app);
  const domain = domainOf(deps);
  const home = accountUrl(deps, app.owner);
  const { event, actor, instance } = news;
  return requestDelivery(tx, {
    accountId: app.accountId,
    door: KIND,
    topic: event,
    subject: subjectOf(policy.id),
    url: fillTemplate(offering.webhook_uri_template, instance.account),
    headers: headersOf(recordsUrl(deps, app.owner), instance.id),
    signingKeyId: policyOf(policy).signing_key_id,
    withKid: offering.openid_connect_discovery,
    claims: {
      iss: offering.openid_connect_discovery ? policyUrl(deps, app.owner, policy.id) : home,
      sub: nodeIdOf(domain, 'AppInstance', instance.id),
      ...(offering.policy_jwt_audience !== null && { aud: offering.policy_jwt_audience }),
      ...(offering.policy_jwt_claim_expires_in !== null && { expiresInMinutes: offering.policy_jwt_claim_expires_in }),
      data: {
        webhook_nodeID: nodeIdOf(domain, 'Webhook', app.id),
        name: app.key,
        event,
        person_id: actor.userId,
        person_nodeID: actor.userId === null ? null : nodeIdOf(domain, 'Person', actor.userId),
        person_name: actor.name,
        payload: payloadOf(webhook, news, domain),
      },
    },
  });
};

import { findKeyedApp } from '../../db/app-keys.ts';
import { listResourceTexts } from '../../db/app-resources.ts';
import type { AppRef } from '../../db/apps.ts';
import { insertAuditEntry } from '../../db/audit-entries.ts';
import { trimDeliveries } from '../../db/kept-deliveries.ts';
import { withTransaction, type Queryable } from '../../db/pool.ts';
import type { Deps } from '../../deps.ts';
import type { Actor } from '../../domain/audit.ts';
import type { DeliveryClaims } from '../../domain/delivery-claims.ts';
import { MAX_URL_LENGTH, problemOfUrl } from '../../domain/delivery-request.ts';
import type { DeliveryRef } from '../../domain/delivery.ts';
import { webhookAddress, webhookMembers, WEBHOOKS } from '../../domain/package/requirements/webhook-address.ts';
import { AppError, NotFoundError, OwnRuleError } from '../../errors.ts';
import { dispatchDelivery } from './dispatch-delivery.ts';
import { requestDelivery } from './request-delivery.ts';

/** The topic of notifications; an index has it too. */
const TOPIC = 'app.notify';
/** Webhooks that one notification reaches, and resources that are searched for them. */
const MOST_WEBHOOKS = 10;
const MOST_RESOURCES = 200;
/** Notifications that an account keeps: those to be sent, and the newest of those that were. */
const KEPT = { rows: 1_000, bytes: 32 * 1024 * 1024 };
/** A body of 64 KiB in base64url, with what surrounds it. */
const MAX_TOKEN_BYTES = 100_000;

export interface NotifyAppInput {
  actor: Actor;
  app: AppRef;
  /** What the audit log says of it. */
  event: string;
  agentId: number | null;
  /** The vendor API that was asked. */
  door: string;
  /** What the webhook of an installation is told. */
  claimsFor: (installationId: number) => DeliveryClaims;
}

/**
 * Sends a message about an app to each webhook that the account's active installations of the app have, signed with the
 * key of the app. Call `ensureAppKey` before.
 *
 * @returns to how many webhooks.
 * @throws NotFoundError; AppError `too_many_webhooks`; OwnRuleError `too_many_notifications` (429)
 */
export const notifyApp = async (
  deps: Pick<Deps, 'db' | 'deliveryQueue' | 'log'>,
  input: NotifyAppInput,
): Promise<number> => {
  const { id, accountId } = input.app;
  const requested = await withTransaction(deps.db, async (tx) => {
    const app = await findKeyedApp(tx, input.app);
    if (!app?.key) throw new NotFoundError(`App ${id} not found.`);
    const refs: DeliveryRef[] = [];
    for (const [url, installationId] of await webhooksOf(tx, input.app))
      refs.push(await request(tx, input, { url, installationId, signingKeyId: app.key.id }));
    if (refs.length > 0 && !(await trimDeliveries(tx, { accountId, topic: TOPIC, ...KEPT }))) throw tooMany();
    await insertAuditEntry(tx, {
      accountId,
      actor: input.actor,
      action: 'create',
      subject: { type: 'notification', id: null, name: input.event },
      appId: id,
      after: { app: app.name, app_id: id, agent_id: input.agentId, delivered_to: refs.length },
    });
    return refs;
  });
  for (const ref of requested) await dispatchDelivery(deps, ref);
  return requested.length;
};

/** Each address once, with the oldest installation that has it. */
const webhooksOf = async (tx: Queryable, { accountId, id }: AppRef): Promise<Map<string, number>> => {
  const resources = await listResourceTexts(tx, {
    accountId,
    appId: id,
    type: WEBHOOKS,
    names: webhookMembers,
    longest: MAX_URL_LENGTH,
    limit: MOST_RESOURCES + 1,
  });
  const found = new Map<string, number>();
  for (const { installationId, texts } of resources) {
    const url = webhookAddress(texts);
    if (url !== undefined && !found.has(url) && problemOfUrl(url) === undefined) found.set(url, installationId);
  }
  if (resources.length > MOST_RESOURCES || found.size > MOST_WEBHOOKS)
    throw new AppError('too_many_webhooks', 422, `App ${id} has more than ${MOST_WEBHOOKS} active webhooks here.`);
  return found;
};

const request = (
  tx: Queryable,
  { app, door, claimsFor }: NotifyAppInput,
  { url, installationId, signingKeyId }: { url: string; installationId: number; signingKeyId: number },
): Promise<DeliveryRef> => {
  const delivery = {
    accountId: app.accountId,
    door,
    topic: TOPIC,
    subject: `apps/${app.id}`,
    url,
    headers: { 'user-agent': 'Appyard', 'x-appyard-delivery': '{delivery}' },
    claims: claimsFor(installationId),
    signingKeyId,
    withKid: true,
  };
  return requestDelivery(tx, delivery, { maxTokenBytes: MAX_TOKEN_BYTES });
};

const tooMany = (): OwnRuleError =>
  new OwnRuleError(
    'too_many_notifications',
    429,
    `Too many notifications of your account have not been sent yet: at most ${KEPT.rows}, with at most ${KEPT.bytes} bytes.`,
    { retryAfter: 60 },
  );

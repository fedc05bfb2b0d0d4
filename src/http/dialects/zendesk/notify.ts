import { Router } from 'express';
import type { Deps } from '../../../deps.ts';
import { isStorableJson } from '../../../domain/storable-text.ts';
import { invalidField, TooLargeError } from '../../../errors.ts';
import { ensureAppKey } from '../../../use-cases/deliveries/ensure-app-key.ts';
import { notifyApp } from '../../../use-cases/deliveries/notify-app.ts';
import { acceptFields } from '../../accept-fields.ts';
import { actorOf, authenticate, userOf } from '../../auth.ts';
import { NOTIFICATION_BYTES } from '../../body-limits.ts';
import { answerOnce } from '../../idempotency.ts';
import { ignoredHeader } from '../../ignored.ts';
import { APP_KIND } from './kind.ts';
import { readFields } from './read-fields.ts';
import { notifyBody } from './schema.ts';

/** A token is good for so long after each attempt to deliver it. */
const EXPIRES_IN_MINUTES = 5;

/** Notifications: the vendor shows them to the agents who have an app open, here they go to the webhooks of the app. */
export const notifyRoutes = (deps: Deps): Router => {
  const router = Router();
  const apps = `${deps.config.publicUrl}/api/v2/apps`;

  router.post('/', authenticate(deps), acceptFields(), async (req, res) => {
    const { fields: sent, ignored } = readFields(req, notifyBody);
    const { app_id, event, body = null, agent_id = null } = sent;
    assertSendable(body);
    const { accountId, subdomain } = userOf(res);
    const app = { accountId, id: app_id, kind: APP_KIND };
    const fields = { app_id, event, body, agent_id };
    const asked = {
      route: 'zendesk: notify',
      fields,
      prepare: async () => void (await ensureAppKey(deps, app)),
      headers: () => ignoredHeader(ignored),
    };
    await answerOnce(deps, { req, res }, asked, async (within) => {
      const delivered_to = await notifyApp(within, {
        actor: actorOf(req, res),
        app,
        event,
        agentId: agent_id,
        door: APP_KIND,
        claimsFor: (installationId) => ({
          iss: deps.config.publicUrl,
          sub: `${apps}/${app_id}.json`,
          aud: `${apps}/installations/${installationId}.json`,
          expiresInMinutes: EXPIRES_IN_MINUTES,
          data: { account: subdomain, app_id, installation_id: installationId, event, body, agent_id },
        }),
      });
      return { status: 202, body: { delivered_to } };
    });
  });

  return router;
};

/** A short number may become a long text: 1e20 has 21 digits. */
const assertSendable = (body: unknown): void => {
  const json = JSON.stringify(body);
  if (Buffer.byteLength(json) > NOTIFICATION_BYTES)
    throw new TooLargeError(`body must be at most ${NOTIFICATION_BYTES} bytes as JSON.`);
  if (!isStorableJson(json)) throw invalidField('body', 'must hold neither NUL characters nor broken surrogate pairs');
};

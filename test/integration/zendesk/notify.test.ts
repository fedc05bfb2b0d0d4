import { decodeProtectedHeader } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { trimDeliveries } from '../../../src/db/kept-deliveries.ts';
import { actingAs, publish } from '../../support/acting-as.ts';
import { buildApp, endOf, install, read, type InstallationBody } from '../../support/client.ts';
import { ask, deliveryTo, endsOf, makeKey, reportOf } from '../../support/deliveries.ts';
import { createHarness, queueBackends, type Harness } from '../../support/harness.ts';
import { claimsOf, deliveredTo, notify, packageWithWebhooks, pemOf, webhookTo } from '../../support/notifications.ts';
import { buildArchive } from '../../support/packages.ts';
import { startReceiver, type Receiver } from '../../support/receiver.ts';
import { refusal } from '../../support/refusal.ts';

const LIMIT = { timeout: 20_000, interval: 20 };
const installed = async (api: Pick<Harness, 'request'>, app: number): Promise<InstallationBody> => {
  const installation = await install(api, app);
  expect(await endOf(api, installation.pending_job_id)).toMatchObject({ status: 'completed' });
  return installation;
};

describe.each(queueBackends)('a notification with the queue in %s', (queue) => {
  let harness: Harness;
  let receiver: Receiver;
  beforeAll(async () => {
    const env = { DELIVERY_ALLOW_PRIVATE: '127.0.0.1' };
    [harness, receiver] = await Promise.all([createHarness(queue, { env }), startReceiver()]);
    harness.startWorker();
  });
  afterEach(() => void (receiver.received.length = 0));
  afterAll(async () => {
    await receiver.close();
    await harness.close();
  });

  it('reaches each webhook of the app once, signed with the key of the app', async () => {
    const app = await buildApp(
      harness,
      packageWithWebhooks(
        webhookTo(`${receiver.url}/one?key=1`),
        webhookTo(`${receiver.url}/two`, { http_method: 'post' }),
        webhookTo(`${receiver.url}/off`, { status: 'inactive' }),
        webhookTo(`${receiver.url}/get`, { http_method: 'GET' }),
        webhookTo(`${receiver.url}/xml`, { request_format: 'xml' }),
        webhookTo('{{setting.endpoint}}'),
        webhookTo('https://user:password@receiver.example/'),
      ),
    );
    const { id } = await installed(harness, app);
    await installed(harness, app);
    const body = { text: 'Hello ü', groupIds: [1, 2] };
    const sent = await notify(harness, { app_id: String(app), body, agent_id: 534, unknown: 1 });
    expect(sent.headers.get('x-appyard-ignored')).toBe('unknown');
    expect(await deliveredTo(sent)).toBe(2);
    await expect.poll(() => receiver.received.length, LIMIT).toBe(2);
    expect(receiver.received.map(({ path }) => path).toSorted()).toEqual(['/one?key=1', '/two']);
    const pem = await pemOf(harness, app);
    for (const received of receiver.received) {
      const claims = await claimsOf(received, pem);
      const { publicUrl } = harness.deps.config;
      expect(claims).toMatchObject({
        iss: publicUrl,
        sub: `${publicUrl}/api/v2/apps/${app}.json`,
        aud: `${publicUrl}/api/v2/apps/installations/${id}.json`,
        data: { account: 'acme', app_id: app, installation_id: id, event: 'popMessage', body, agent_id: 534 },
      });
      expect(claims.exp! - claims.iat!).toBe(300);
      const { alg, kid } = decodeProtectedHeader((received.body as { jwt: string }).jwt);
      expect([alg, kid]).toEqual(['RS256', expect.any(String)]);
      expect(received.headers['x-appyard-delivery']).toBe(claims.jti!.split('.')[0]);
    }
  });

  it('is sent once under its Idempotency-Key', async () => {
    const app = await buildApp(harness, packageWithWebhooks(webhookTo(`${receiver.url}/once`)));
    await installed(harness, app);
    const headers = { 'idempotency-key': 'notify-1', 'content-type': 'application/json' };
    const answers = [];
    for (let time = 0; time < 2; time += 1) answers.push(await notify(harness, { app_id: app }, { headers }));
    expect(answers.map((answer) => answer.headers.get('idempotency-replayed'))).toEqual([null, 'true']);
    expect([await deliveredTo(answers[0]!), await deliveredTo(answers[1]!)]).toEqual([1, 1]);
    await expect.poll(() => receiver.received.length, LIMIT).toBe(1);
    const { rows } = await harness.deps.db.query(`select state from deliveries where subject = $1`, [`apps/${app}`]);
    expect(rows).toHaveLength(1);
    await refusal(await notify(harness, { app_id: app, body: 'another' }, { headers }), 422);
  });
});

describe('a notification', () => {
  let harness: Harness;
  let other: Pick<Harness, 'request'>;
  let app: number;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    other = actingAs(harness, 'other');
    harness.startWorker();
    app = await buildApp(harness, packageWithWebhooks(webhookTo('https://127.0.0.1:9/hook')));
  });
  afterAll(() => harness.close());

  const deliveriesOf = async (accountId: number): Promise<string[]> => {
    const { rows } = await harness.deps.db.query<{ id: string }>(
      'select id from deliveries where account_id = $1 order by created_at, id',
      [accountId],
    );
    return rows.map(({ id }) => id);
  };

  it('reaches nothing where the app has no active webhooks in the account', async () => {
    expect(await deliveredTo(notify(harness, { app_id: app }))).toBe(0);
    const { id } = await installed(harness, app);
    expect(await deliveredTo(notify(harness, { app_id: app }))).toBe(1);
    const bare = await buildApp(harness, buildArchive());
    await installed(harness, bare);
    expect(await deliveredTo(notify(harness, { app_id: bare }))).toBe(0);
    await publish(harness, app, 'public');
    expect(await deliveredTo(notify(other, { app_id: app }))).toBe(0);
    const json = { enabled: false };
    await read(await harness.request(`/api/v2/apps/installations/${id}`, { method: 'PUT', json }), 200);
    expect(await deliveredTo(notify(harness, { app_id: app }))).toBe(0);
    await harness.request(`/api/v2/apps/installations/${id}`, { method: 'DELETE' });
    expect(await deliveredTo(notify(harness, { app_id: app }))).toBe(0);
    await publish(harness, app, 'private');
  });

  it('reaches no private address', async () => {
    const [id] = await deliveriesOf(harness.accountId);
    await expect.poll(async () => (await reportOf(harness, id!)).attempts[0]?.endedAt, LIMIT).toBeTruthy();
    expect(endsOf(await reportOf(harness, id!))[0]).toMatch('no public address');
  });

  it('of a published app reaches the webhooks of the account that sends it only, signed with the same key', async () => {
    await publish(harness, app, 'public');
    const mine = await deliveriesOf(harness.accountId);
    await installed(other, app);
    expect(await deliveredTo(notify(other, { app_id: app }))).toBe(1);
    expect(await deliveriesOf(harness.accountId)).toEqual(mine);
    const { rows } = await harness.deps.db.query<{ account: number; owner: number; app: number }>(
      `select d.account_id as account, k.account_id as owner, k.app_id as app
       from deliveries d join signing_keys k on k.id = d.signing_key_id where d.account_id <> $1`,
      [harness.accountId],
    );
    expect(rows).toEqual([{ account: expect.any(Number) as number, owner: harness.accountId, app }]);
    expect(await pemOf(other, app)).toBe(await pemOf(harness, app));
  });

  it('can be sent by agents, about apps that they can see', async () => {
    const own = await buildApp(harness, buildArchive());
    expect(await deliveredTo(notify(harness, { app_id: own }, { as: 'agent' }))).toBe(0);
    await refusal(await notify(harness, { app_id: own }, { as: null }), 401);
    await refusal(await notify(other, { app_id: own }), 404);
    await refusal(await notify(harness, { app_id: 999_999 }), 404);
    const get = await harness.request('/api/v2/apps/notify');
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('has a body of at most 64 KiB, of any JSON that can be stored', async () => {
    const own = await buildApp(harness, packageWithWebhooks(webhookTo('https://192.0.2.1/hook')));
    await installed(harness, own);
    const bodies = [undefined, null, '', 'text', 5, false, [], { a: {} }, 'x'.repeat(65_534), '\u0001'.repeat(10_900)];
    for (const body of bodies) expect(await deliveredTo(notify(harness, { app_id: own, body }))).toBe(1);
    const event = '\u0001'.repeat(255);
    expect(await deliveredTo(notify(harness, { app_id: own, event: `x${event}`.slice(0, 255), body: bodies[8] }))).toBe(
      1,
    );
    for (const body of ['x'.repeat(65_535), 'ü'.repeat(32_768), 'x'.repeat(200_000), Array(4_000).fill(1e20)])
      await refusal(await notify(harness, { app_id: own, body }), 413);
    const grown = await refusal(await notify(harness, { app_id: own, body: Array(4_000).fill(1e20) }), 413);
    expect(grown.description).toContain('body must be at most');
    for (const body of ['a\0', { 'a\ud800': 1 }, [{ a: '\udfff' }]])
      expect((await refusal(await notify(harness, { app_id: own, body }), 422)).details).toHaveProperty('body');
  });

  it('is refused where the app has too many webhooks', async () => {
    const hooks = Array.from({ length: 11 }, (_, index) => webhookTo(`https://192.0.2.1/${index}`));
    const many = await buildApp(harness, packageWithWebhooks(...hooks));
    await installed(harness, many);
    expect((await refusal(await notify(harness, { app_id: many }), 422)).error).toBe('too_many_webhooks');
  });

  it('is in the audit log, without its body', async () => {
    const { audit_logs: logs } = await read<{ audit_logs: Record<string, unknown>[] }>(
      await harness.request('/api/v2/audit_logs.json?filter[source_type]=app_notification'),
      200,
    );
    expect(logs.at(-1)).toMatchObject({
      action: 'create',
      source_type: 'app_notification',
      source_label: 'popMessage',
    });
    const text = JSON.stringify(logs);
    expect(text).toContain('delivered_to');
    expect(text).not.toContain('xxxx');
  });

  it('is refused while too many of the account wait, and sent ones make room', async () => {
    const key = await makeKey(harness);
    const { accountId } = harness;
    const add = (): Promise<{ id: string }> => ask(harness, deliveryTo(harness, key.id, { topic: 'full' }));
    const ids = [(await add()).id, (await add()).id, (await add()).id];
    const trim = (rows: number, bytes = 1_000_000) =>
      trimDeliveries(harness.deps.db, { accountId, topic: 'full', rows, bytes });
    expect([await trim(3), await trim(2), await trim(3, 10)]).toEqual([true, false, false]);
    await harness.deps.db.query(
      `update deliveries set state = 'delivered', next_attempt_at = null, finished_at = now() where id = any($1)`,
      [ids.slice(0, 2)],
    );
    expect(await trim(2)).toBe(true);
    const left = async (): Promise<string[]> => {
      const { rows } = await harness.deps.db.query<{ id: string }>(`select id from deliveries where topic = 'full'`);
      return rows.map(({ id }) => id);
    };
    expect(new Set(await left())).toEqual(new Set([ids[1], ids[2]]));
    expect(await trim(1)).toBe(true);
    expect(await left()).toEqual([ids[2]]);

    await harness.deps.db.query(
      `insert into deliveries (id, account_id, door, topic, subject, url, claims, signing_key_id, next_attempt_at)
       select gen_random_uuid(), $1, 'test', 'app.notify', 'x', 'https://192.0.2.1/', '{}', $2, now() + interval '1 hour'
       from generate_series(1, 1000)`,
      [accountId, key.id],
    );
    const own = await buildApp(harness, packageWithWebhooks(webhookTo('https://192.0.2.1/hook')));
    await installed(harness, own);
    const answer = await notify(harness, { app_id: own });
    expect(answer.headers.get('retry-after')).toBe('60');
    expect((await refusal(answer, 429)).error).toBe('too_many_notifications');
  });
});

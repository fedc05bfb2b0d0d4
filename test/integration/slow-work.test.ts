import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withTransaction } from '../../src/db/pool.ts';
import { hashPassword, verifyPassword } from '../../src/secrets/passwords.ts';
import { makeKeyPair } from '../../src/secrets/signing.ts';
import { actingAs } from '../support/acting-as.ts';
import { read } from '../support/client.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { addOffering, publishOffering, send } from '../support/xurrent.ts';

describe('slow work', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());
  const policies = '/v1/webhook_policies';

  it('is refused inside a transaction, whichever it is: keys, hashes, blobs, packages, the network, the queue', async () => {
    const { deps } = harness;
    const switches = { mtls: false, recordSidebar: false, marketplace: false };
    const slow: (() => Promise<unknown>)[] = [
      () => makeKeyPair('es256', 1),
      () => hashPassword('correct horse'),
      () => verifyPassword(null, 'correct horse', { key: '', known: false, paceMs: 0 }),
      () => deps.blobs.put(Buffer.from('a')),
      () => deps.blobs.get('0'.repeat(64)),
      () => deps.packages.read(Buffer.from('a'), { switches }),
      () => deps.postJson({ url: 'https://a.example/', headers: {}, body: {}, signal: AbortSignal.timeout(1_000) }),
      () => deps.producer.find('0'.repeat(32)),
      () => deps.deliveryQueue.countWaiting(),
    ];
    for (const work of slow)
      await expect(withTransaction(deps.db, () => work())).rejects.toThrow('must not run inside a transaction');
  });

  it(
    'of one account leaves the connections to the others: 24 keys at once, with an Idempotency-Key and without',
    { timeout: 120_000 },
    async () => {
      const make = Array.from({ length: 24 }, (_, index) =>
        send(harness, 'POST', policies, {
          json: { jwt_alg: 'rs512' },
          headers: index % 2 ? { 'idempotency-key': `policy-${index}` } : {},
        }),
      );
      const other = actingAs(harness, 'other');
      let open = true;
      const made = Promise.all(make).finally(() => (open = false));
      const answers: number[] = [];
      // A policy with a fast key waits for one slow key and not for all of them.
      const own = await send(other, 'POST', policies, { json: { jwt_alg: 'es256' } });
      expect([own.status, open]).toEqual([201, true]);
      while (open) {
        const lists = Array.from({ length: 20 }, () => other.request(policies));
        answers.push(...(await Promise.all(lists)).map(({ status }) => status));
        await sleep(200);
      }
      expect(new Set(answers)).toEqual(new Set([200]));
      expect((await made).map(({ status }) => status)).toEqual(make.map(() => 201));
    },
  );

  it.each(['/v1/app_instances', '/api/appyard/v1/installations'])(
    'is done before the transaction of an installing at %s: the key of a policy that is not there yet',
    async (route) => {
      const app = await addOffering(harness, { name: `Slow ${route}`, policy_jwt_alg: 'rs384' });
      await publishOffering(harness, app.id);
      const json = route.startsWith('/v1') ? { app_offering_id: app.id } : { app_id: app.id };
      const other = actingAs(harness, 'other');
      const answer = await send(other, 'POST', route, {
        json,
        headers: { 'idempotency-key': `install ${app.id}`.replace(' ', '-') },
      });
      await read(answer, 201);
      const { rows } = await harness.deps.db.query('select 1 from deliveries where topic = $1', [
        'app_instance.create',
      ]);
      expect(rows.length).toBeGreaterThan(0);
    },
  );
});

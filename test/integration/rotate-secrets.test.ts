import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withTransaction } from '../../src/db/pool.ts';
import { createCipher, keyIdOf, sealedWith } from '../../src/secrets/cipher.ts';
import { secretContext } from '../../src/use-cases/installation-settings.ts';
import { rotateSecrets, type Rotation } from '../../src/use-cases/rotate-secrets.ts';
import { buildApp, install } from '../support/client.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { buildArchive } from '../support/packages.ts';

const parameters = [
  { name: 'key', secure: true, scopes: ['header'] },
  { name: 'grant', type: 'oauth' },
  { name: 'note' },
];
const [newKey, strange] = [Buffer.alloc(32, 8), Buffer.alloc(32, 9)];

describe('sealing everything anew', () => {
  let harness: Harness;
  let oldKey: Buffer;
  let app: number;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    harness.startWorker();
    [oldKey] = harness.deps.config.secretsKeys as [Buffer];
    app = await buildApp(harness, buildArchive({ manifest: { parameters } }));
  });
  afterAll(() => harness.close());

  /** What it says of installations. */
  const rotate = async (...keys: Buffer[]): Promise<Rotation> => {
    const rotation = await rotateSecrets({ db: harness.deps.db, cipher: createCipher(keys) });
    return { ...rotation, places: rotation.places.filter(({ row }) => row === 'installation') };
  };
  const secretsOf = async (id: number): Promise<Record<string, string>> => {
    const { rows } = await harness.deps.db.query<{ secrets: Record<string, string> }>(
      'select secrets from installations where id = $1',
      [id],
    );
    return rows[0]!.secrets;
  };
  const openedBy = async (keys: Buffer[], id: number): Promise<Record<string, string>> => {
    const cipher = createCipher(keys);
    const entries = Object.entries(await secretsOf(id));
    return Object.fromEntries(
      entries.map(([name, sealed]) => [name, cipher.open(sealed, secretContext(harness.accountId, name))]),
    );
  };
  /** As an API process does that knows the old key only. */
  const update = async (id: number, settings: Record<string, unknown>): Promise<void> => {
    const answer = await harness.request(`/api/v2/apps/installations/${id}`, { method: 'PUT', json: { settings } });
    expect(answer.status).toBe(200);
  };
  const put = async (id: number, name: string, sealed: string): Promise<void> => {
    await harness.deps.db.query('update installations set secrets = secrets || $2::jsonb where id = $1', [
      id,
      JSON.stringify({ [name]: sealed }),
    ]);
  };
  const empty = () => harness.deps.db.query('delete from installations');

  it('leaves each value as it was, sealed with the first key, and has nothing to do the second time', async () => {
    await empty();
    const { id } = await install(harness, app, { key: 'one', grant: 'two', note: 'three' });
    const other = await install(harness, app, { note: 'x' });
    expect(await rotate(newKey, oldKey)).toEqual({
      places: [{ row: 'installation', changedValues: 2, changedRows: 1 }],
      sealedPlain: 0,
      failures: new Map(),
      usedKeys: [keyIdOf(newKey)],
    });
    expect(await openedBy([newKey], id)).toEqual({ key: 'one', grant: 'two' });
    expect(await secretsOf(other.id)).toEqual({});
    const before = await secretsOf(id);
    expect((await rotate(newKey, oldKey)).places).toEqual([{ row: 'installation', changedValues: 0, changedRows: 0 }]);
    expect(await secretsOf(id)).toEqual(before);
  });

  it('goes on past what no key opens, and says by which key it was sealed', async () => {
    await empty();
    const [lost, bent, fine] = [
      await install(harness, app, { grant: 'a' }),
      await install(harness, app, { key: 'b' }),
      await install(harness, app, { key: 'c' }),
    ];
    await put(lost.id, 'key', createCipher([strange]).seal('lost', secretContext(harness.accountId, 'key')));
    await put(bent.id, 'key', createCipher([oldKey]).seal('b', 'for another place'));
    const before = await secretsOf(lost.id);
    const rotation = await rotate(newKey, oldKey);
    expect(rotation.failures).toEqual(
      new Map([
        [keyIdOf(strange), 1],
        [keyIdOf(oldKey), 1],
      ]),
    );
    expect(rotation.places).toMatchObject([{ changedValues: 2, changedRows: 2 }]);
    expect(await openedBy([newKey], fine.id)).toEqual({ key: 'c' });
    expect(await secretsOf(lost.id)).toMatchObject({ key: before['key'] });
    // Whoever finds the key again mends it.
    expect((await rotate(newKey, strange)).failures).toEqual(new Map([[keyIdOf(oldKey), 1]]));
    expect(await openedBy([newKey], lost.id)).toEqual({ grant: 'a', key: 'lost' });
  });

  it('does hundreds of installations, and what a run that broke off has done stays done', async () => {
    await empty();
    const { id: first } = await install(harness, app, { key: 'same', grant: 'two' });
    await harness.deps.db.query(
      `insert into installations (account_id, app_id, version_id, product, title, state, enabled, settings, secrets, job_id)
       select account_id, app_id, version_id, product, title, state, enabled, settings, secrets, job_id
       from installations, generate_series(1, 249) where id = $1`,
      [first],
    );
    const { rows } = await harness.deps.db.query<{ id: number }>('select id from installations order by id');
    const last = rows.at(-1)!.id;
    await harness.deps.db.query(
      `alter table installations add constraint stop check (id <> ${last} or secrets ->> 'key' not like '${keyIdOf(newKey)}%')`,
    );
    await expect(rotate(newKey, oldKey)).rejects.toThrow(/stop/);
    await harness.deps.db.query('alter table installations drop constraint stop');
    expect((await rotate(newKey, oldKey)).places).toMatchObject([{ changedValues: 100, changedRows: 50 }]);
    for (const id of [first, last]) expect(await openedBy([newKey], id)).toEqual({ key: 'same', grant: 'two' });
  });

  it('loses no change that is made meanwhile, and waits for a row that somebody holds', async () => {
    await empty();
    const [held, free] = [await install(harness, app, { key: 'a' }), await install(harness, app, { key: 'b' })];
    let running: Promise<Rotation> | undefined;
    await withTransaction(harness.deps.db, async (tx) => {
      await tx.query('select 1 from installations where id = $1 for update', [held.id]);
      running = rotate(newKey, oldKey);
      // What is free is done, while the other one waits for us.
      await expect
        .poll(async () => sealedWith((await secretsOf(free.id))['key']!), { interval: 10, timeout: 5_000 })
        .toBe(keyIdOf(newKey));
      const cipher = createCipher([oldKey]);
      const sealed = cipher.seal('changed', secretContext(harness.accountId, 'key'));
      await tx.query('update installations set secrets = $2 where id = $1', [held.id, JSON.stringify({ key: sealed })]);
    });
    expect((await running!).places).toMatchObject([{ changedValues: 2, changedRows: 2 }]);
    expect(await openedBy([newKey], held.id)).toEqual({ key: 'changed' });
  });

  it('runs beside updates of the same installations', async () => {
    await empty();
    const ids = [];
    for (let i = 0; i < 5; i += 1) ids.push((await install(harness, app, { key: 'a', grant: 'old' })).id);
    const [rotation] = await Promise.all([
      rotate(newKey, oldKey),
      ...ids.map((id) => update(id, { grant: `new ${id}`, note: 'n' })),
    ]);
    expect(rotation.failures.size).toBe(0);
    for (const id of ids) expect(await openedBy([newKey, oldKey], id)).toEqual({ key: 'a', grant: `new ${id}` });
  });

  it('does not stumble over an installation that goes meanwhile', async () => {
    await empty();
    const { id } = await install(harness, app, { key: 'a' });
    let running: Promise<Rotation> | undefined;
    await withTransaction(harness.deps.db, async (tx) => {
      await tx.query('delete from installations where id = $1', [id]);
      running = rotate(newKey, oldKey);
      const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
      await expect
        .poll(async () => (await harness.deps.db.query(waiting)).rowCount, { interval: 10, timeout: 5_000 })
        .toBe(1);
    });
    expect(await running!).toMatchObject({ places: [{ changedRows: 0 }], usedKeys: [] });
  });

  it('seals what a release before has kept in clear, in the audit log too', async () => {
    await empty();
    const { id } = await install(harness, app, { note: 'n' });
    await harness.deps.db.query(`update installations set settings = settings || '{"grant":"clear"}' where id = $1`, [
      id,
    ]);
    await harness.deps.db.query(
      `update audit_entries set after = after || '{"settings.grant":"clear"}'
       where subject_type = 'installation' and subject_id = $1`,
      [id],
    );
    expect(await rotate(newKey, oldKey)).toMatchObject({ sealedPlain: 1, usedKeys: [keyIdOf(newKey)] });
    expect(await openedBy([newKey], id)).toEqual({ grant: 'clear' });
    const { rows } = await harness.deps.db.query<{ text: string }>(
      `select i::text as text from installations i
       union all select a::text from audit_entries a where subject_type = 'installation' and subject_id = $1`,
      [id],
    );
    expect(rows.filter(({ text }) => text.includes('clear'))).toEqual([]);
    expect(rows.filter(({ text }) => text.includes('(secret)'))).toHaveLength(1);
  });
});

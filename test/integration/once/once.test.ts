import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isDatabaseAway } from '../../../src/db/errors.ts';
import { afterCommit } from '../../../src/db/stand-in.ts';
import { withTransaction } from '../../../src/db/pool.ts';
import type { Deps } from '../../../src/deps.ts';
import { createCipher, keyIdOf } from '../../../src/secrets/cipher.ts';
import { once, type Answer, type OnceInput } from '../../../src/use-cases/once/once.ts';
import { deleteOldKeys } from '../../../src/db/idempotency-keys.ts';
import { rotateSecrets } from '../../../src/use-cases/rotate-secrets.ts';
import { createHarness, type Harness } from '../../support/harness.ts';

type Stores = Pick<Deps, 'db' | 'cipher'>;

describe('doing something once', () => {
  let harness: Harness;
  let stores: Stores;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    stores = harness.deps;
    await harness.deps.db.query('create table effects (name text not null)');
  });
  afterAll(() => harness.close());

  const leave = async ({ db }: Stores, name: string): Promise<void> => {
    await withTransaction(db, (tx) => tx.query('insert into effects (name) values ($1)', [name]));
  };
  const effects = async (name: string): Promise<number> =>
    (await stores.db.query('select 1 from effects where name = $1', [name])).rowCount!;
  const input = (key: string, work: OnceInput<Stores>['work'], more = {}): OnceInput<Stores> => ({
    accountId: harness.accountId,
    key,
    asked: { for: key },
    prepare: undefined,
    work,
    ...more,
  });
  const effect =
    (name: string, answer: Answer = { status: 201, body: { name } }) =>
    async (within: Stores): Promise<Answer> => {
      await leave(within, name);
      return answer;
    };
  /** A promise, and what ends it. */
  const gate = (): { opened: Promise<void>; open: () => void } => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    return { opened, open };
  };

  it('gives every repeat the bytes of the first answer, members in their order', async () => {
    const body = { b: [1, { z: null, a: 'ä' }], a: 'x', 7: true, __proto__: null };
    const first = await once(stores, input('bytes', effect('bytes', { status: 202, body })));
    expect(first).toEqual({ status: 202, text: JSON.stringify(body), replayed: false });
    expect(await once(stores, input('bytes', effect('bytes')))).toEqual({ ...first, replayed: true });
    expect(await effects('bytes')).toBe(1);
  });

  it('undoes all that was done when the work fails, keeps nothing, and works the next time', async () => {
    const failing = async (within: Stores): Promise<Answer> => {
      await leave(within, 'undone');
      throw new Error('no luck');
    };
    await expect(once(stores, input('fails', failing))).rejects.toThrow('no luck');
    expect(await effects('undone')).toBe(0);
    expect(await once(stores, input('fails', effect('undone')))).toMatchObject({ replayed: false });
    expect(await effects('undone')).toBe(1);
  });

  it('takes back a part that fails, and goes on where the work does', async () => {
    const second = async (within: Stores): Promise<Answer> => {
      const part = withTransaction(within.db, async (tx) => {
        await tx.query(`insert into effects (name) values ('part')`);
        await tx.query('insert into effects (name) values (null)');
      });
      await expect(part).rejects.toThrow(/null value/);
      return effect('whole')(within);
    };
    await once(stores, input('parts', second));
    expect([await effects('part'), await effects('whole')]).toEqual([0, 1]);
  });

  it('does what belongs after the commit after it, in its order, and not at all without one', async () => {
    const seen: (string | number)[] = [];
    const work =
      (fails: boolean) =>
      async (within: Stores): Promise<Answer> => {
        await leave(within, 'told');
        await afterCommit(within.db, async () => void seen.push(await effects('told')));
        await afterCommit(within.db, async () => void seen.push('second'));
        seen.push(`inside ${await effects('told')}`);
        if (fails) throw new Error('no luck');
        return { status: 200, body: {} };
      };
    await expect(once(stores, input('told', work(true)))).rejects.toThrow('no luck');
    await once(stores, input('told', work(false)));
    expect(seen).toEqual(['inside 0', 'inside 0', 1, 'second']);
  });

  it('prepares before, and not for a known answer', async () => {
    let prepared = 0;
    const prepare = async (): Promise<void> => void (prepared += 1);
    await once(stores, input('prepared', effect('prepared'), { prepare }));
    await once(stores, input('prepared', effect('prepared'), { prepare }));
    expect([prepared, await effects('prepared')]).toEqual([1, 1]);
  });

  it('lets the others wait for the first, then gives them its answer; none of them holds a connection', async () => {
    const { opened, open } = gate();
    const slow = async (within: Stores): Promise<Answer> => {
      await opened;
      return effect('slow')(within);
    };
    const first = once(stores, input('slow', slow));
    const repeats = Array.from({ length: 40 }, () => once(stores, input('slow', slow)));
    // The pool has 20 connections.
    expect((await stores.db.query('select 1')).rowCount).toBe(1);
    open();
    const answers = await Promise.all([first, ...repeats]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await effects('slow')).toBe(1);
  });

  it('says 409 to who has waited long enough, with the time to come back', async () => {
    const { opened, open } = gate();
    const { opened: begun, open: begin } = gate();
    const slow = async (within: Stores): Promise<Answer> => {
      begin();
      await opened;
      return effect('long')(within);
    };
    const first = once(stores, input('long', slow));
    await begun;
    const limits = { waitMs: 0, idleMs: 20_000 };
    await expect(once(stores, input('long', slow), limits)).rejects.toMatchObject({
      code: 'request_in_progress',
      status: 409,
      retryAfter: 5,
    });
    open();
    await first;
    expect(await effects('long')).toBe(1);
  });

  it('lets a repeat do the work when the connection of the first dies in the middle of it', async () => {
    const { opened, open } = gate();
    const { opened: begun, open: begin } = gate();
    const dying = async (within: Stores): Promise<Answer> => {
      await leave(within, 'killed');
      const { rows } = await within.db.query<{ pid: number }>('select pg_backend_pid() as pid');
      await stores.db.query('select pg_terminate_backend($1)', [rows[0]!.pid]);
      begin();
      await opened;
      return effect('killed')(within);
    };
    const first = once(stores, input('killed', dying)).catch((err: unknown) => err);
    await begun;
    const repeat = await once(stores, input('killed', effect('killed')));
    open();
    expect(await first).toSatisfy(isDatabaseAway);
    expect(repeat).toMatchObject({ replayed: false });
    expect(await once(stores, input('killed', effect('killed')))).toMatchObject({ replayed: true });
    expect(await effects('killed')).toBe(1);
  });

  it('takes the work back from a process that stands still: what that does later comes to nothing', async () => {
    const { opened, open } = gate();
    const { opened: begun, open: begin } = gate();
    const frozen = async (within: Stores): Promise<Answer> => {
      await leave(within, 'frozen');
      begin();
      await opened;
      return effect('frozen')(within);
    };
    const limits = { waitMs: 20_000, idleMs: 100 };
    const first = once(stores, input('frozen', frozen), limits).catch((err: unknown) => err);
    await begun;
    expect(await once(stores, input('frozen', effect('frozen')), limits)).toMatchObject({ replayed: false });
    open();
    expect(await first).toBeInstanceOf(Error);
    expect(await effects('frozen')).toBe(1);
  });

  it('knows another request by what is asked for, not by the order in which it is said', async () => {
    const asked = { a: 1, b: { c: [1, 2], d: 'x' } };
    await once(stores, input('asked', effect('asked'), { asked }));
    const same = { b: { d: 'x', c: [1, 2] }, a: 1, e: undefined };
    expect(await once(stores, input('asked', effect('asked'), { asked: same }))).toMatchObject({ replayed: true });
    for (const other of [
      { ...asked, a: '1' },
      { ...asked, b: { c: [2, 1], d: 'x' } },
      { ...asked, e: null },
    ])
      await expect(once(stores, input('asked', effect('asked'), { asked: other }))).rejects.toMatchObject({
        code: 'idempotency_key_reused',
        status: 422,
      });
    let deep: unknown = 0;
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    await expect(once(stores, input('deep', effect('asked'), { asked: deep }))).rejects.toMatchObject({ status: 422 });
    expect(await effects('asked')).toBe(1);
  });

  it('keeps an answer for 24 hours; from then on the key is good for another request', async () => {
    const age = (key: string, hours: number) =>
      stores.db.query(
        `update idempotency_keys set created_at = created_at - make_interval(mins => $2) where key = $1`,
        [key, hours * 60],
      );
    for (const key of ['young', 'old', 'older']) await once(stores, input(key, effect(key)));
    await age('young', 23.9);
    await age('old', 24);
    await age('older', 24);
    expect(await once(stores, input('young', effect('young')))).toMatchObject({ replayed: true });
    const anew = await once(stores, input('old', effect('old'), { asked: 'something else' }));
    expect([anew.replayed, await effects('old')]).toEqual([false, 2]);
    expect(await deleteOldKeys(stores.db, 10)).toBe(1);
    expect(await deleteOldKeys(stores.db, 10)).toBe(0);
    const { rows } = await stores.db.query(`select key from idempotency_keys where key in ('young', 'old', 'older')`);
    expect(rows.map(({ key }: { key: string }) => key).toSorted()).toEqual(['old', 'young']);
  });

  it('keeps answers sealed, and replays them when the key of the secrets has been replaced', async () => {
    const secret = { status: 201, body: { token: 'top-secret-answer' } };
    await once(stores, input('sealed', effect('sealed', secret), { asked: 'top-secret-question' }));
    const { rows } = await stores.db.query<{ row: string }>(
      'select idempotency_keys::text as row from idempotency_keys',
    );
    expect(rows.filter(({ row }) => row.includes('top-secret'))).toEqual([]);
    const newKey = Buffer.alloc(32, 8);
    const both = createCipher([newKey, ...harness.deps.config.secretsKeys]);
    const rotation = await rotateSecrets({ db: stores.db, cipher: both });
    expect(rotation.places.find(({ row }) => row === 'kept answer')?.changedRows).toBe(rows.length);
    expect(rotation.usedKeys).toEqual([keyIdOf(newKey)]);
    const later = { db: stores.db, cipher: createCipher([newKey]) };
    const repeat = input('sealed', effect('sealed'), { asked: 'top-secret-question' });
    expect(await once(later, repeat)).toMatchObject({ text: JSON.stringify(secret.body), replayed: true });
  });
});

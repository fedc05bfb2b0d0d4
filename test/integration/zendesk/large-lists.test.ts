import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { QueryResult } from 'pg';
import { buildApp, read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { buildArchive } from '../../support/packages.ts';

const APPS = 40;
const LISTS = 24;
const MiB = 1024 * 1024;

/** Rows and bytes of each answer of the database, and how many connections are out when something is written. */
const watchPool = ({ deps }: Harness) => {
  const seen = { rows: 0, bytes: 0, answers: 0 };
  const query = deps.db.query.bind(deps.db) as (...args: unknown[]) => Promise<QueryResult>;
  const spy = vi.spyOn(deps.db, 'query').mockImplementation((async (...args: unknown[]) => {
    const result = await query(...args);
    seen.answers += 1;
    seen.rows = Math.max(seen.rows, result.rows.length);
    seen.bytes = Math.max(seen.bytes, JSON.stringify(result.rows).length);
    return result;
  }) as never);
  return { seen, stop: () => spy.mockRestore() };
};

describe('lists of apps with very large translations', () => {
  let harness: Harness;
  let first: number;
  beforeAll(async () => {
    harness = await createHarness('redis');
    harness.startWorker();
    first = await buildApp(harness, buildArchive());
    // As versions were stored before their size was limited: with texts in 8 languages that no list shows.
    await harness.deps.db.query(
      `with texts as (
         select jsonb_object_agg(l, jsonb_build_object('app', jsonb_build_object('name', 'Large', 'short_description', l,
           'long_description', repeat('x', 20000), 'internal', repeat(l, 32 * 1024)))) as translations
         from unnest(array['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'da']) l),
       made as (
         insert into apps (account_id, kind, name) select $1, 'zendesk', 'Large ' || n from generate_series(1, $2) n
         returning id),
       versions as (
         insert into app_versions (app_id, definition, package_sha256, archive_sha256, archive_size, asset_key)
         select m.id, v.definition || jsonb_build_object('translations', t.translations), v.package_sha256,
           v.archive_sha256, v.archive_size, 'key ' || m.id
         from made m, texts t, app_versions v where v.app_id = $3 returning id, app_id)
       select * from versions`,
      [harness.accountId, APPS, first],
    );
    await harness.deps.db.query(
      'update apps a set version_id = v.id from app_versions v where v.app_id = a.id and a.version_id is null',
    );
  });
  afterAll(() => harness.close());

  const list = (query = '') => harness.request(`/api/v2/apps/owned.json?locale=de${query}`);
  interface Listed {
    apps: { id: number; short_description: string; raw_long_description: string }[];
  }

  it('are read in chunks of 200 rows or 256 KiB, and are whole', async () => {
    const { seen, stop } = watchPool(harness);
    const response = await list();
    const { apps } = await read<Listed>(response, 200);
    stop();
    expect(apps).toHaveLength(APPS + 1);
    expect(
      apps.slice(1).every((app) => app.short_description === 'de' && app.raw_long_description.length === 20_000),
    ).toBe(true);
    expect(seen.rows).toBeLessThanOrEqual(200);
    // As JSON, with what was not counted: names of columns and dates.
    expect(seen.bytes).toBeLessThan(1.5 * 256 * 1024);
    expect(seen.answers).toBeGreaterThan(4);
    expect(response.headers.get('content-language')).toBeNull();
    expect(response.headers.get('vary')).toBe('Accept-Language');
  });

  it('are answered to many at once', async () => {
    const before = process.memoryUsage().rss;
    const answers = await Promise.all(Array.from({ length: LISTS }, async () => read<Listed>(await list(), 200)));
    for (const { apps } of answers) expect(apps.at(-1)?.short_description).toBe('de');
    // 24 lists of whole definitions took 24 times 300 MiB.
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * MiB);
  });

  it('hold no connection while a client does not read, and end when it disconnects', async () => {
    await harness.deps.db.query(
      `insert into installations (account_id, app_id, version_id, product, title, state, enabled, job_id)
       select a.account_id, a.id, a.version_id, 'support', 'No. ' || n, 'installed', true, 'none'
       from apps a, generate_series(1, 1500) n where a.id = (select max(id) from apps)`,
    );
    const socket = connect(Number(new URL(harness.origin).port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    const path = '/api/v2/apps/installations.json?include=app';
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${harness.tokens.admin}\r\n\r\n`);
    await new Promise((resolve) => socket.once('readable', resolve));
    // The answer has 60 MB: the reading of it stops when what lies between is full.
    await sleep(1_000);
    const lines = () => vi.mocked(harness.deps.log.info).mock.calls.filter(([message]) => message === 'request');
    const before = lines().length;
    // Heartbeats take one for a moment.
    await vi.waitFor(() => expect(harness.deps.db.idleCount).toBe(harness.deps.db.totalCount));
    socket.destroy();
    await vi.waitFor(() => {
      expect(lines().slice(before)).toEqual([['request', expect.objectContaining({ status: 499 })]]);
    });
  });

  it('end the connection when a later chunk cannot be read', async () => {
    const query = harness.deps.db.query.bind(harness.deps.db) as (...args: unknown[]) => Promise<QueryResult>;
    let answers = 0;
    const spy = vi.spyOn(harness.deps.db, 'query').mockImplementation((async (...args: unknown[]) => {
      if (String(args[0]).includes('as translations')) answers += 1;
      if (answers > 6) throw new Error('no more');
      return query(...args);
    }) as never);
    const response = await list();
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('terminated');
    spy.mockRestore();
    expect(harness.deps.log.error).toHaveBeenCalledWith('an answer was broken off', expect.objectContaining({}));
  });

  it('are an error of their own when the first chunk cannot be read', async () => {
    const spy = vi
      .spyOn(harness.deps.db, 'query')
      .mockImplementation((() => Promise.reject(Object.assign(new Error('away'), { code: '57P03' }))) as never);
    const response = await list();
    spy.mockRestore();
    expect(response.status).toBe(503);
  });
});

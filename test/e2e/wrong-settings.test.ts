import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../support/certificates.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { createPrograms, type Ended, type Programs } from '../support/program.ts';
import { freePort } from '../support/redis-server.ts';
import { startTlsPostgres, type TlsPostgres } from '../support/tls-postgres.ts';

const PASSWORD = 'swordfish-2718';

/** What an operator has set, against what the process then says. */
describe('a process whose settings do not fit', () => {
  let harness: Harness;
  let programs: Programs;
  let socket: string;
  let folder: string;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    const { searchParams } = new URL(harness.env['DATABASE_URL']!);
    socket = path.join(searchParams.get('host')!, `.s.PGSQL.${searchParams.get('port')}`);
    programs = createPrograms(harness.env);
    folder = await mkdtemp(path.join(tmpdir(), 'appyard-ca-'));
  });
  afterAll(async () => {
    await programs?.close();
    await harness?.close();
    if (folder) await rm(folder, { recursive: true });
  });

  const listTokens = (env: Record<string, string>): Promise<Ended> => programs.start(['token', 'list'], env).ended;
  const urlAt = ({ port }: TlsPostgres, mode: string): string => {
    const { pathname, searchParams } = new URL(harness.env['DATABASE_URL']!);
    return `postgres://${searchParams.get('user')}:${PASSWORD}@localhost:${port}${pathname}?sslmode=${mode}`;
  };
  const withTls = async (host: string, work: (database: TlsPostgres, ca: string) => Promise<void>): Promise<void> => {
    const authority = await makeCertificate('Own authority', { authority: true });
    const ca = path.join(folder, `${host}.pem`);
    await writeFile(ca, authority.cert);
    const database = await startTlsPostgres(socket, await makeCertificate(host, { signedBy: authority }));
    try {
      await work(database, ca);
    } finally {
      await database.close();
    }
  };

  it('trusts a database of an authority of its own with DATABASE_CA, and says so without', () =>
    withTls('localhost', async (database, ca) => {
      for (const mode of ['require', 'verify-full']) {
        const { code, stderr } = await listTokens({ DATABASE_URL: urlAt(database, mode) });
        expect(code).toBe(1);
        expect(stderr).toMatch(/^appyard: the certificate of the database .*: set DATABASE_CA to the file/);
        expect(stderr).not.toContain(PASSWORD);
        expect(await listTokens({ DATABASE_URL: urlAt(database, mode), DATABASE_CA: ca })).toMatchObject({
          code: 0,
          stderr: '',
        });
      }
      expect(await listTokens({ DATABASE_URL: urlAt(database, 'no-verify') })).toMatchObject({ code: 0, stderr: '' });
    }));

  it('compares the name in the certificate, unless it is told not to', () =>
    withTls('db.example', async (database, ca) => {
      const { code, stderr } = await listTokens({ DATABASE_URL: urlAt(database, 'verify-full'), DATABASE_CA: ca });
      expect([code, stderr]).toEqual([1, expect.stringContaining('or sslmode=verify-ca')]);
      expect(await listTokens({ DATABASE_URL: urlAt(database, 'verify-ca'), DATABASE_CA: ca })).toMatchObject({
        code: 0,
      });
    }));

  it('says that a database does not speak TLS', async () => {
    const database = await startTlsPostgres(socket, undefined);
    try {
      const { code, stderr } = await listTokens({ DATABASE_URL: urlAt(database, 'require') });
      expect([code, stderr]).toEqual([1, expect.stringContaining('the database does not speak TLS')]);
    } finally {
      await database.close();
    }
  });

  it('names the file of DATABASE_CA that cannot be used', async () => {
    const url = 'postgres://h/x?sslmode=require';
    const missing = await listTokens({ DATABASE_URL: url, DATABASE_CA: path.join(folder, 'none.pem') });
    expect([missing.code, missing.stderr]).toEqual([
      1,
      expect.stringMatching(/^appyard: DATABASE_CA: .* cannot be read/),
    ]);
  });

  it.each([
    ['HOST', 'api', { HOST: 'x86_64-conda-linux-gnu', METRICS_PORT: '' }],
    ['HOST', 'start', { HOST: '203.0.113.7', METRICS_PORT: '' }],
    ['METRICS_HOST (or HOST)', 'worker', { METRICS_HOST: 'no.such.host.invalid' }],
  ])('names %s where it is no address of this machine: %s', async (setting, role, env) => {
    const ports = { PORT: String(await freePort()), METRICS_PORT: String(await freePort()) };
    const { code, stderr } = await programs.start([role], { ...ports, ...env }).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`appyard: ${setting.replaceAll(/[()]/g, '\\$&')} is ".*", which is no address`));
    expect(stderr).not.toMatch(/database/i);
  });
});

import { execFile } from 'node:child_process';
import { access, chown, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { EmbeddedPostgresError } from '../../src/embedded/embedded-postgres-error.ts';
import { query, serverPid, useEmbeddedPostgres } from '../support/embedded-postgres.ts';

// Real processes and a real initdb (0.5 s alone, several seconds on a busy machine).
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const { makeCluster, newDataDir, start, startElsewhere } = useEmbeddedPostgres();
const ROOT = path.resolve(import.meta.dirname, '../..');
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
const run = promisify(execFile);
const ignore = (): undefined => undefined;

const succeeds = (attempt: Promise<unknown>): Promise<boolean> =>
  attempt.then(
    () => true,
    () => false,
  );

describe('who runs it', () => {
  const isReadableForNobody = (): Promise<boolean> => {
    const probe = `${process.execPath} -e 0 && test -r ${path.join(ROOT, 'src/embedded/postgres.ts')}`;
    return succeeds(run('/bin/sh', ['-c', probe], { uid: NOBODY, gid: NOBODY }));
  };

  test('an ordinary user, in a folder of his own and not in one of others', async ({ skip }) => {
    skip(!isRoot, 'needs root to become another user; an ordinary user has shown it in the other tests');
    skip(!(await isReadableForNobody()), 'the project or Node is not readable for nobody');
    const [own, foreign] = [newDataDir('own'), newDataDir('foreign')];
    await mkdir(own);
    await chown(own, NOBODY, NOBODY);
    await makeCluster(foreign);
    const ids = { uid: NOBODY, gid: NOBODY };

    const allowed = startElsewhere(own, ids);
    expect(await allowed.said()).toEqual({ adopted: false, locked: true });
    expect((await stat(path.join(own, 'postgres', 'PG_VERSION'))).uid).toBe(NOBODY);
    allowed.go();
    expect(await allowed.said()).toEqual({ stopped: true });
    const { name, error } = await startElsewhere(foreign, ids).said();
    expect(name).toBe('EmbeddedPostgresError');
    expect(error).toContain(foreign);
  });

  test('root lets the owner of the data directory run it', async ({ skip }) => {
    skip(!isRoot, 'needs root');
    const dataDir = newDataDir('owned');
    await mkdir(dataDir);
    await chown(dataDir, NOBODY, NOBODY);
    const postgres = await start(dataDir);
    expect((await stat(path.join(dataDir, 'postgres', 'PG_VERSION'))).uid).toBe(NOBODY);
    expect((await stat(`/proc/${await serverPid(dataDir)}`)).uid).toBe(NOBODY);
    await postgres.stop();
  });

  test('root runs it in a user namespace in a folder that is closed to others', async ({ skip }) => {
    skip(!isRoot, 'needs root');
    const namespace = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--', 'true'];
    skip(!(await succeeds(run('unshare', namespace))), 'user namespaces are not available');
    const dataDir = newDataDir('closed/data');
    await mkdir(path.dirname(dataDir), { mode: 0o700 });
    const postgres = await start(dataDir);
    expect((await stat(path.join(dataDir, 'postgres', 'PG_VERSION'))).uid).toBe(0);
    await query(postgres.url, 'create table kept as select 42 as n');
    await postgres.stop();
    const again = await start(dataDir);
    expect(await query(again.url, 'select n from kept')).toEqual([{ n: 42 }]);
    await again.stop();
  });
});

describe('what cannot work is said in one line', () => {
  const oneLine = async (attempt: Promise<unknown>): Promise<string> => {
    const err: unknown = await attempt.then(ignore, (reason: unknown) => reason);
    expect(err).toBeInstanceOf(EmbeddedPostgresError);
    const message = err instanceof Error ? err.message : '';
    expect(message).not.toContain('\n');
    return message;
  };

  test('root without another user and without user namespaces', async ({ skip }) => {
    const rootOfNobody = ['unshare', '--user', '--map-root-user', '/bin/sh', '-c'];
    const off = 'echo 0 > /proc/sys/user/max_user_namespaces';
    skip(!(await succeeds(run('unshare', [...rootOfNobody.slice(1), off]))), 'user namespaces are not available');
    const inside = [...rootOfNobody, `${off}; exec "$@"`, 'sh'];
    const { error, name } = await startElsewhere(newDataDir('no-user'), { inside }).said();
    expect(name).toBe('EmbeddedPostgresError');
    expect(error).toMatch(/does not run as root; .*user namespaces are not available .*DATABASE_URL/);
  });

  test('a cluster of another major version is left alone', async () => {
    const dataDir = newDataDir('old');
    await mkdir(path.join(dataDir, 'postgres'), { recursive: true });
    const version = path.join(dataDir, 'postgres', 'PG_VERSION');
    await writeFile(version, '12\n');
    if (isRoot) await chown(version, NOBODY, NOBODY);
    expect(await oneLine(start(dataDir))).toMatch(/made by PostgreSQL 12, .* brings 18: .*DATABASE_URL/);
    expect(await readFile(version, 'utf8')).toBe('12\n');
  });

  test('a folder of somebody else in the place of the cluster is left alone', async () => {
    const dataDir = newDataDir('in-the-way');
    await mkdir(path.join(dataDir, 'postgres', 'photos'), { recursive: true });
    expect(await oneLine(start(dataDir))).toContain('is in the way');
    await access(path.join(dataDir, 'postgres', 'photos'));
    expect(await readdir(dataDir)).toEqual(['postgres']);
  });

  test('a platform without binaries', async () => {
    const dataDir = newDataDir('platform');
    const real = process.arch;
    Object.defineProperty(process, 'arch', { value: 's390x' });
    try {
      expect(await oneLine(start(dataDir))).toMatch(/@embedded-postgres\/\w+-s390x.*DATABASE_URL/);
    } finally {
      Object.defineProperty(process, 'arch', { value: real });
    }
  });

  test('a cluster that cannot be written, and nothing of it is left', async () => {
    const dataDir = newDataDir('full');
    const { error, name } = await startElsewhere(dataDir, {
      inside: ['/bin/sh', '-c', 'ulimit -f 1000; exec "$@"', 'sh'],
    }).said();
    expect(name).toBe('EmbeddedPostgresError');
    expect(error).toMatch(/could not create its files in .*(File too large|File size limit)/);
    expect(error).not.toContain('\n');
    expect(await readdir(dataDir)).toEqual([]);
  });
});

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCipher, keyIdOf } from '../../src/secrets/cipher.ts';
import { secretContext } from '../../src/use-cases/installation-settings.ts';
import { buildApp, install } from '../support/client.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { buildArchive } from '../support/packages.ts';
import { createPrograms, type Ended, type Programs } from '../support/program.ts';

const SECRET = 'swordfish-2718';
const [newKey, strange] = [Buffer.alloc(32, 8), Buffer.alloc(32, 9)];
const text = (...keys: Buffer[]): string => keys.map((key) => key.toString('base64')).join(',');

/** The commands as processes, beside a system that runs. */
describe('appyard secrets', () => {
  let harness: Harness;
  let oldKey: Buffer;
  let app: number;
  let dataDir: string;
  let installation: number;
  const opened: Programs[] = [];

  beforeAll(async () => {
    harness = await createHarness('postgres');
    harness.startWorker();
    [oldKey] = harness.deps.config.secretsKeys as [Buffer];
    const parameters = [{ name: 'key', secure: true, scopes: ['header'] }];
    app = await buildApp(harness, buildArchive({ manifest: { parameters } }));
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'appyard-keys-'));
    await harness.deps.db.query('delete from installations');
    ({ id: installation } = await install(harness, app, { key: SECRET }));
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((programs) => programs.close()));
    await rm(dataDir, { recursive: true });
  });

  /** @param secretsKey empty: the key file of the data folder. */
  const run = async (word: 'rotate' | 'new-key', secretsKey = ''): Promise<Ended> => {
    const programs = createPrograms({ ...harness.env, DATA_DIR: dataDir, SECRETS_KEY: secretsKey });
    opened.push(programs);
    const ended = await programs.run(['secrets', word]);
    const keys = [oldKey, newKey, strange].flatMap((key) => [key.toString('base64'), key.toString('hex')]);
    for (const secret of [SECRET, ...keys]) expect(ended.stdout + ended.stderr).not.toContain(secret);
    return ended;
  };
  const keyFile = (): string => path.join(dataDir, 'secrets.key');
  const keysInFile = async (): Promise<Buffer[]> =>
    (await readFile(keyFile(), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => Buffer.from(line, 'base64'));
  const openedBy = async (key: Buffer): Promise<string> => {
    const { rows } = await harness.deps.db.query<{ secrets: { key: string } }>(
      'select secrets from installations where id = $1',
      [installation],
    );
    return createCipher([key]).open(rows[0]!.secrets.key, secretContext(harness.accountId, 'key'));
  };

  it('rotate seals with the first key of SECRETS_KEY, says so, and finds nothing to do the second time', async () => {
    const first = await run('rotate', text(newKey, oldKey));
    const unused = `The key ${keyIdOf(oldKey)} (number 2) is no longer used and may be taken out.\n`;
    expect(first).toMatchObject({ code: 0, stdout: `Sealed anew: 1 value of 1 installation.\n${unused}` });
    expect(await openedBy(newKey)).toBe(SECRET);
    const second = await run('rotate', text(newKey, oldKey));
    expect(second).toMatchObject({
      code: 0,
      stdout: `Nothing to do: everything is sealed with the first key.\n${unused}`,
    });
  });

  it('rotate ends with 1 and names the key that is missing', async () => {
    const ended = await run('rotate', text(newKey, strange));
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(
      `not opened: 1 value sealed with the key ${keyIdOf(oldKey)}, which is not among the given`,
    );
    expect(ended.stderr).toContain(`${keyIdOf(newKey)}, ${keyIdOf(strange)}`);
    expect(ended.stdout).toBe('');
    expect(await openedBy(oldKey)).toBe(SECRET);
  });

  it('rotate wants keys', async () => {
    const ended = await run('rotate');
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('SECRETS_KEY is not set');
  });

  it('new-key puts a key before those of the key file, and rotate takes them from there', async () => {
    await writeFile(keyFile(), `${text(oldKey)}\n`, { mode: 0o600 });
    const made = await run('new-key');
    const [added, ...others] = await keysInFile();
    expect(others).toEqual([oldKey]);
    expect(added).toHaveLength(32);
    expect((await stat(keyFile())).mode & 0o777).toBe(0o600);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toContain(`The new key ${keyIdOf(added!)} is the first line of ${keyFile()}.`);
    expect(made.stdout).toContain('Restart Appyard, then run: appyard secrets rotate');
    expect(made.stdout).not.toContain(added!.toString('base64'));

    const rotated = await run('rotate');
    expect(rotated.stdout).toContain(`The key ${keyIdOf(oldKey)} (number 2) is no longer used`);
    expect(await openedBy(added!)).toBe(SECRET);
    // And once more: the first key moves back, all are kept.
    await run('new-key');
    expect((await keysInFile()).slice(1)).toEqual([added, oldKey]);
  });

  it('new-key makes none where there is no file yet, nor where one of its lines is no key', async () => {
    expect(await run('new-key')).toMatchObject({ code: 1, stdout: '' });
    await writeFile(keyFile(), `${text(oldKey)}\nnonsense\n`);
    const ended = await run('new-key');
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(/^appyard: line 2 of \S+secrets\.key is not a key/);
    expect(ended.stderr).not.toContain('nonsense');
    expect((await readFile(keyFile(), 'utf8')).split('\n')).toHaveLength(3);
  });

  it('new-key explains what to do where the keys are in the environment, and touches nothing', async () => {
    await writeFile(keyFile(), `${text(oldKey)}\n`);
    const ended = await run('new-key', text(newKey));
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('openssl rand -base64 32');
    // No process may meet a value that it cannot open.
    expect(ended.stdout).toMatch(/SECRETS_KEY=OLD,NEW\n.*Restart.*SECRETS_KEY=NEW,OLD\n.*Restart.*secrets rotate/s);
    expect(await keysInFile()).toEqual([oldKey]);
  });
});

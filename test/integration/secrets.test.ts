import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createToken } from '../../src/use-cases/create-token.ts';
import { createUser } from '../../src/use-cases/create-user.ts';
import { createApp, endOf, install, read, uploadPackage, type InstallationBody } from '../support/client.ts';
import { dumpDatabase, dumpFolder, dumpLog, dumpRedis } from '../support/dumps.ts';
import { createHarness, queueBackends, type Harness } from '../support/harness.ts';
import { buildArchive, macros, uploadForm } from '../support/packages.ts';
import { findPlanted, type Finding } from '../support/planted.ts';

const EMAIL = 'secretive@acme.example';

const inQueue = { redis: /^job in Redis test-/, postgres: /^job in table bullmq\.job$/ };

const plant = (name: string): string => `${name}-${randomBytes(12).toString('hex')}`;

const parameters = [
  { name: 'key', type: 'text', secure: true, required: true, scopes: ['header'] },
  { name: 'grant', type: 'oauth' },
  { name: 'pin', type: 'number', secure: true, scopes: ['header'] },
  { name: 'callback', type: 'url', secure: true, scopes: ['header'] },
  { name: 'later', type: 'text' },
  { name: 'note', type: 'text' },
  { name: 'preset', type: 'text', secure: true, scopes: ['header'], default: plant('preset') },
];

/** Everything that is secret, in one system that is taken through all it does. */
describe.each(queueBackends)('what is secret, with the queue in %s,', (queue) => {
  const secrets: Record<string, string> = Object.fromEntries(
    ['key', 'newKey', 'grant', 'newGrant', 'later', 'refused', 'ignored', 'packaged', 'password', 'wrongPassword'].map(
      (name) => [name, plant(name)],
    ),
  );
  // Short enough to be repeated whole by who quotes what is around a mistake.
  secrets['short'] = 'wyvernzz';
  /** A package has its manifest in clear, so this may be in packages and nowhere else. */
  const defaults = { preset: parameters.at(-1)!.default! };
  const open = { note: plant('note'), asset: plant('asset'), logged: plant('logged'), cause: plant('cause') };
  const configFile = JSON.stringify({ parameters: { key: secrets['packaged'] } });
  const archiveOf = (version: string, manifest: Record<string, unknown> = {}): Buffer =>
    buildArchive({
      manifest: { version, parameters, ...manifest },
      requirements: macros(1),
      files: {
        'zcli.apps.config.json': configFile,
        'assets/zcli.apps.config.json': configFile,
        'assets/open.txt': open.asset,
      },
    });

  /** Answers since one more setting is secret, and those from before. */
  const received: Finding[] = [];
  let earlier: Finding[];
  let harness: Harness;
  let api: Pick<Harness, 'request'>;
  let uploads: Set<string>;
  let appId: number;
  let installed: InstallationBody;
  /** Of the time when all of it was there, and of the end. */
  let kept: Finding[];
  let left: Finding[];
  const ends: string[] = [];
  let refusals: number[];
  let ignored: number[];
  let signedIn: number[];

  const dumpAll = async (): Promise<(Finding & { sha256?: string })[]> => [
    ...(await dumpDatabase(harness)),
    ...(await dumpRedis(harness)),
    ...(await dumpFolder(harness.deps.config.dataDir)),
    ...(await dumpLog(harness.deps.log)),
  ];
  const put = (json: unknown): Promise<Response> =>
    api.request(`/api/v2/apps/installations/${installed.id}`, { method: 'PUT', json });
  const newVersion = async (archive: Buffer): Promise<string> => {
    const json = { upload_id: await uploadPackage(api, archive) };
    return (await read<{ job_id: string }>(await api.request(`/api/v2/apps/${appId}`, { method: 'PUT', json }), 200))
      .job_id;
  };

  /** Requests that are refused, each with a secret in it. */
  const sendRefused = async (): Promise<number[]> => {
    const secret = secrets['refused']!;
    const route = '/api/v2/apps/installations';
    const wrong = [{ pin: secret }, { callback: secret }, { key: { value: secret } }, { key: `${secret}\0` }];
    const bodies = [
      ...wrong.flatMap((settings) => [
        { app_id: appId, settings: { key: 'x', ...settings } },
        {
          app_id: appId,
          settings: { name: 'x' },
          settings_objects: Object.entries(settings).map(([name, value]) => ({ name, value })),
        },
      ]),
      { app_id: appId, settings: secret },
      { app_id: appId, settings: { name: { secret } } },
      { app_id: appId, settings_objects: [{ key: secret }, secret] },
    ];
    const statuses: number[] = [];
    const send = async (json: unknown): Promise<void> => {
      statuses.push((await api.request(route, { method: 'POST', json })).status);
    };
    for (const json of bodies) {
      await send(json);
      statuses.push((await put(json)).status);
    }
    await send({ app_id: secret, settings: { key: secret } });
    for (const body of [`{"settings":{"key":${secrets['short']}}}`, `{"settings":{"key":"${secret}"`, `"${secret}"`])
      statuses.push((await api.request(route, { method: 'POST', body, headers: jsonType })).status);
    return statuses;
  };
  /** Settings that the app does not declare are ignored, and kept nowhere. */
  const sendIgnored = async (): Promise<number[]> => {
    const unknown = secrets['ignored']!;
    const bodies = [
      { settings: { unknown } },
      { settings_objects: [{ name: 'unknown', value: unknown }] },
      { unknown },
    ];
    const statuses: number[] = [];
    for (const json of bodies) statuses.push((await put(json)).status);
    return statuses;
  };
  const jsonType = { 'content-type': 'application/json' };

  const readAll = async (jobs: string[]): Promise<void> => {
    const routes = [
      '/api/v2/apps.json',
      '/api/v2/apps/owned.json',
      `/api/v2/apps/${appId}`,
      `/api/v2/apps/${appId}/package`,
      `/api/v2/apps/${appId}/assets/open.txt`,
      `/api/v2/apps/${appId}/assets/zcli.apps.config.json`,
      `/api/v2/apps/${appId}/installations/new`,
      '/api/v2/apps/installations?include=app',
      '/api/support/apps/installations.json',
      `/api/v2/apps/installations/${installed.id}`,
      `/api/sell/apps/installations/${installed.id}`,
      `/api/v2/apps/installations/${installed.id}/requirements`,
      '/api/v2/audit_logs.json',
      ...jobs.map((id) => `/api/v2/apps/job_statuses/${id}`),
    ];
    for (const route of routes) await api.request(route);
  };

  /** By password, by token in either form, and by a password that is wrong. */
  const signIn = async (): Promise<void> => {
    const basic = (user: string, password: string): Record<string, string> => ({
      authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
    });
    await createUser(harness.deps, {
      subdomain: 'acme',
      email: EMAIL,
      role: 'admin',
      password: secrets['password']!,
    });
    const made = await createToken(harness.deps, { email: EMAIL, label: 'planted', expiresAt: null });
    secrets['token'] = made.token;
    const asked = async (headers: Record<string, string>): Promise<number> =>
      (await api.request('/api/v2/apps.json', { as: null, headers })).status;
    signedIn = [
      await asked(basic(EMAIL, secrets['password']!)),
      await asked(basic(`${EMAIL}/token`, made.token)),
      await asked({ authorization: `Bearer ${made.token}` }),
      await asked(basic(EMAIL, secrets['wrongPassword']!)),
      await asked({ authorization: `Bearer ${secrets['wrongPassword']}` }),
    ];
  };

  /** The life of an app and of its installation, up to the end of both. */
  beforeAll(async () => {
    harness = await createHarness(queue, { env: { LOG_LEVEL: 'debug' } });
    api = {
      async request(route, options) {
        const response = await harness.request(route, options);
        const content = Buffer.from(await response.clone().arrayBuffer());
        const where = `answer to ${options?.method ?? 'GET'} ${route}`;
        received.push({ where, content }, { where, content: JSON.stringify([...response.headers]) });
        return response;
      },
    };
    harness.startWorker();
    await signIn();

    await api.request('/api/v2/apps/validate', { method: 'POST', body: uploadForm(archiveOf('0.1.0'), 'file') });
    const built = await endOf(api, await createApp(api, archiveOf('1.0.0')));
    appId = built.app_id!;
    installed = await install(api, appId, {
      name: 'Mine',
      key: secrets['key'],
      grant: secrets['grant'],
      later: secrets['later'],
      note: open.note,
    });
    await endOf(api, installed.pending_job_id);
    refusals = await sendRefused();
    ignored = await sendIgnored();
    await read(await put({ settings: { key: secrets['newKey'] } }), 200);
    await read(await put({ settings_objects: [{ name: 'grant', value: secrets['newGrant'] }] }), 200);

    const bad = await newVersion(archiveOf('1.1.0', { location: { support: { nowhere: 'assets/iframe.html' } } }));
    ends.push((await endOf(api, bad)).status);
    const secure = parameters.map((one) => (one.name === 'later' ? { ...one, secure: true, scopes: ['header'] } : one));
    const good = await newVersion(archiveOf('2.0.0', { parameters: secure }));
    earlier = received.splice(0);
    ends.push((await endOf(api, good)).status);
    await read(await put({ settings: { name: 'Ours' } }), 200);
    await readAll([installed.pending_job_id, built.id, bad, good]);
    const { log } = harness.deps;
    log.info('planted', { field: open.logged });
    log.error('planted', { err: new Error('outer', { cause: new Error(open.cause) }) });

    const { rows } = await harness.deps.db.query<{ sha256: string }>('select sha256 from uploads');
    uploads = new Set(rows.map(({ sha256 }) => sha256));
    kept = await dumpAll();
    await api.request(`/api/v2/apps/installations/${installed.id}`, { method: 'DELETE' });
    await api.request(`/api/v2/apps/${appId}`, { method: 'DELETE' });
    left = await dumpAll();
  });
  afterAll(() => harness.close());

  /** A package is kept as it was uploaded, for comparison; it is served to nobody. */
  const withoutUploads = (findings: (Finding & { sha256?: string })[]): Finding[] =>
    findings.filter(({ sha256 }) => sha256 === undefined || !uploads.has(sha256));

  it('has been through all of that', () => {
    expect(signedIn).toEqual([200, 200, 200, 401, 401]);
    expect(ends).toEqual(['failed', 'completed']);
    expect(new Set(refusals)).toEqual(new Set([400, 422]));
    expect(ignored).toEqual([200, 200, 200]);
  });

  it('is in no answer that anybody got', () => {
    expect(findPlanted(secrets, received)).toEqual([]);
    const { later, ...always } = secrets;
    expect(findPlanted(always, earlier)).toEqual([]);
    expect(findPlanted({ later: later! }, earlier)).not.toEqual([]);
  });

  it('is in no table, no key of Redis, no file and no log', () => {
    expect(findPlanted(secrets, withoutUploads(kept))).toEqual([]);
  });

  it('is nowhere when installation and app are gone', () => {
    expect(findPlanted(secrets, withoutUploads(left))).toEqual([]);
  });

  it('is in the package only, when it is the default of a secure parameter', () => {
    const found = findPlanted(defaults, [...withoutUploads(kept), ...withoutUploads(left), ...earlier, ...received]);
    expect(found.length).toBeGreaterThan(0);
    const inPackage = new RegExp(
      `^preset in (file blobs/|answer to GET /api/v2/apps/${appId}/package!manifest\\.json$)`,
    );
    expect(found.filter((one) => !inPackage.test(one))).toEqual([]);
  });

  it('would have been found: what is not secret is, in each of these places', () => {
    const found = findPlanted({ ...open, job: installed.pending_job_id }, [...withoutUploads(kept), ...received]);
    expect(found).toEqual(
      expect.arrayContaining([
        'note in table public.installations',
        'note in answer to GET /api/v2/apps/installations?include=app',
        `asset in answer to GET /api/v2/apps/${appId}/package!assets/open.txt`,
        expect.stringMatching(/^asset in file blobs\/[^!]+$/) as string,
        expect.stringMatching(/^asset in file blobs\/[^!]+!assets\/open\.txt$/) as string,
        'logged in log',
        'cause in log',
        'job in table public.jobs',
        expect.stringMatching(inQueue[queue]) as string,
      ]),
    );
    // And a package as it was uploaded does hold what its developer left in it.
    expect(findPlanted({ packaged: secrets['packaged']! }, kept).length).toBeGreaterThan(0);
    expect(
      findPlanted(secrets, [{ where: 'here', content: Buffer.from(`x${secrets['key']}`).toString('base64') }]),
    ).toEqual(['key in here']);
  });
});

import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { requestBuild, upload } from '../../src/cli/push-client.ts';
import { buildArchive, uploadForm } from '../../test/support/packages.ts';
import { slowPackage } from '../../test/support/slow-package.ts';
import { untilCompleted } from '../support/jobs.ts';
import { cloneRow, type Client, type Stage } from './stage.ts';

/** Something that one account, or a stranger, can do, and that costs more than it should. */
export interface HostileInput {
  name: string;
  /** What has to be there: made once, before the API that is measured starts. A worker runs meanwhile. */
  prepare?: (stage: Stage) => Promise<void>;
  /** What one client sends, alone or among the others. */
  one: (stage: Stage, index: number) => Promise<void>;
  /** How many clients there are. */
  atOnce: number;
  /** What the neighbour asks for meanwhile; otherwise the list of its installations. */
  neighbourAsks?: (stage: Stage) => Promise<Response>;
}

const KIB = 1024;
const AT_ONCE = 24;

/** Reads the answer whole, as a client does, and forgets it. An attacker does not mind an answer that is broken off. */
const drain = async (answer: Response): Promise<void> => {
  try {
    for await (const chunk of answer.body ?? []) void chunk;
  } catch {
    // Whether the API is still there is seen by the neighbour's requests.
  }
};

const get = async (client: Client, route: string): Promise<void> => drain(await client.fetch(route));

/** All clients of an input at once. */
export const attack = ({ one, atOnce }: HostileInput, stage: Stage): Promise<void> =>
  together(atOnce, (index) => one(stage, index));

const together = async (count: number, one: (index: number) => Promise<unknown>): Promise<void> => {
  await Promise.all(Array.from({ length: count }, (_, index) => one(index)));
};

const buildMany = async ({ attacker }: Stage, count: number, archiveOf: (index: number) => Buffer): Promise<void> => {
  const limit = pLimit(4);
  const build = async (index: number): Promise<void> => {
    const id = await requestBuild(
      { baseUrl: attacker.origin, token: attacker.token },
      await upload({ baseUrl: attacker.origin, token: attacker.token }, archiveOf(index), 'app.zip'),
    );
    await untilCompleted(attacker, id);
  };
  await Promise.all(Array.from({ length: count }, (_, index) => limit(build, index)));
};

const app = (text: string): string =>
  JSON.stringify({ app: { name: 'Tiny', short_description: 'x', long_description: text } });

const markdown: HostileInput = {
  name: '60 apps with texts of 20,000 characters, listed 24 times at once',
  prepare: (stage) =>
    buildMany(stage, 60, (i) =>
      buildArchive({ manifest: { name: `M${i}` }, files: { 'translations/en.json': app('![[]('.repeat(4_000)) } }),
    ),
  one: ({ attacker }) => get(attacker, '/api/v2/apps/owned.json'),
  atOnce: AT_ONCE,
};

/** As much as a package may have of texts that are shown, and the rest in members that are not. */
const unfolding = (index: number): Buffer => {
  const locales = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'sv'];
  const shown = `${index} ${'a'.repeat(250 * KIB)}`;
  const text = JSON.stringify({
    app: { name: 'Tiny', short_description: 'x', long_description: shown, other: 'b'.repeat(750 * KIB) },
  });
  return buildArchive({ files: Object.fromEntries(locales.map((locale) => [`translations/${locale}.json`, text])) });
};

const translations: HostileInput = {
  name: '40 apps whose translations unfold to 8 MiB, listed 24 times at once',
  prepare: (stage) => buildMany(stage, 40, unfolding),
  one: ({ attacker }) => get(attacker, '/api/v2/apps/owned.json'),
  atOnce: AT_ONCE,
};

const installOne = async (stage: Stage): Promise<number> => {
  await buildMany(stage, 1, () => buildArchive({ manifest: { parameters: [{ name: 'text', type: 'text' }] } }));
  const { rows } = await stage.db.query<{ id: number }>('select max(id)::float8 as id from apps');
  const answer = await stage.attacker.fetch('/api/v2/apps/installations.json', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ app_id: rows[0]!.id, settings: { name: 'Mine', text: 'x' } }),
  });
  return ((await answer.json()) as { id: number }).id;
};

const installations: HostileInput = {
  name: '10,000 installations listed with include=app',
  async prepare(stage) {
    await cloneRow(stage.db, 'installations', { id: await installOne(stage), count: 9_999 });
  },
  one: ({ attacker }) => get(attacker, '/api/v2/apps/installations.json?include=app'),
  atOnce: 1,
};

const audit: HostileInput = {
  name: '200 audit entries of 1.6 MB, listed',
  async prepare(stage) {
    const id = await installOne(stage);
    for (const letter of ['a', 'b'])
      await drain(
        await stage.attacker.fetch(`/api/v2/apps/installations/${id}.json`, {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ settings: { text: letter.repeat(800 * KIB) } }),
        }),
      );
    const { rows } = await stage.db.query<{ id: number }>('select max(id)::float8 as id from audit_entries');
    await cloneRow(stage.db, 'audit_entries', { id: rows[0]!.id, count: 199 });
  },
  one: ({ attacker }) => get(attacker, '/api/appyard/v1/audit_logs'),
  atOnce: 4,
};

let failedJob = '';
const report: HostileInput = {
  name: 'a report of 200 problems, asked for 200 times',
  async prepare({ attacker }) {
    const parameters = Array.from({ length: 400 }, (_, i) => ({ name: `p${i} `.repeat(50), type: 'none'.repeat(50) }));
    const target = { baseUrl: attacker.origin, token: attacker.token };
    const archive = buildArchive({ manifest: { parameters } });
    failedJob = await requestBuild(target, await upload(target, archive, 'app.zip'));
    await untilCompleted(attacker, failedJob).catch(() => undefined);
  },
  one: ({ attacker }) => get(attacker, `/api/v2/apps/job_statuses/${failedJob}.json?include=report`),
  atOnce: 200,
};

const fieldNames: HostileInput = {
  name: 'multipart fields a[4294967294]',
  async one({ attacker }) {
    const form = new FormData();
    form.append('a[4294967294]', '5');
    form.append('a[x]', '5');
    await drain(await attacker.fetch('/api/v2/apps/validate', { method: 'POST', body: form }));
  },
  atOnce: 8,
};

const dense = `{"a":[${'{},'.repeat(340_000)}1]}`;
const most = `{${Array.from({ length: 19_900 }, (_, i) => `"${String(i).padEnd(46, 'k')}":1`).join()}}`;

const bodies: HostileInput = {
  name: 'JSON bodies of a mebibyte of small values, 24 at once',
  async one({ attacker }, index) {
    const headers = { 'content-type': 'application/json' };
    const body = index % 2 === 0 ? most : dense;
    await drain(await attacker.fetch('/api/v2/apps/installations.json', { method: 'POST', headers, body }));
  },
  atOnce: AT_ONCE,
};

const policies: HostileInput = {
  name: '60 webhook policies with rs512 at once',
  async one({ attacker }) {
    const body = JSON.stringify({ jwt_alg: 'rs512' });
    const headers = { 'content-type': 'application/json' };
    await drain(await attacker.fetch('/v1/webhook_policies', { method: 'POST', headers, body }));
  },
  atOnce: 60,
};

let packed: Buffer | undefined;
const drawingsOf = (): Buffer => (packed ??= slowPackage());

const drawings: HostileInput = {
  name: '9,900 tiny SVGs at validate, 12 times at once',
  async one({ attacker }) {
    const sent = attacker.fetch('/api/v2/apps/validate', {
      method: 'POST',
      body: uploadForm(drawingsOf(), 'file'),
      signal: AbortSignal.timeout(10_000),
    });
    await sent.then(drain).catch(() => undefined);
  },
  atOnce: 12,
  neighbourAsks: ({ neighbour }) =>
    neighbour.fetch('/api/v2/apps/validate', { method: 'POST', body: uploadForm(buildArchive(), 'file') }),
};

const guesses: HostileInput = {
  name: '100 anonymous connections that guess passwords',
  async one({ system }, index) {
    const { hostname, port } = new URL(system.origin);
    const stop = Date.now() + 5_000;
    for (let n = 0; Date.now() < stop; n += 1) await guess({ hostname, port }, `u${index}-${n}@invented.example`);
  },
  atOnce: 100,
  neighbourAsks: ({ neighbour }) =>
    fetch(`${neighbour.origin}/api/v2/apps/installations.json`, {
      headers: {
        authorization: `Basic ${Buffer.from(`${neighbour.email}:${neighbour.password}`).toString('base64')}`,
      },
    }),
};

const guess = async ({ hostname, port }: { hostname: string; port: string }, email: string): Promise<void> => {
  await new Promise<void>((resolve) => {
    const sent = request(
      { hostname, port, path: '/api/v2/apps.json', agent: false, auth: `${email}:wrong` },
      (answer) => answer.resume().once('close', resolve),
    );
    sent.once('error', () => resolve());
    sent.end();
  });
  await sleep(1);
};

export const hostileInputs: readonly HostileInput[] = [
  markdown,
  installations,
  report,
  audit,
  translations,
  fieldNames,
  bodies,
  policies,
  drawings,
  guesses,
];

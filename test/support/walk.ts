import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { inspect } from 'node:util';
import { vi } from 'vitest';
import type { Person } from './accounts.ts';
import { parameters } from './bad-values.ts';
import { buildApp, read, uploadPackage, type InstallationBody } from './client.ts';
import { createHarness, type Harness } from './harness.ts';
import { filePart, MULTIPART, multipart } from './multipart.ts';
import { codeFor, newAttempt } from './oauth-login.ts';
import { buildArchive } from './packages.ts';
import { sendRaw, type RawAnswer } from './raw-http.ts';
import { faultOf } from './refusal.ts';
import { nameOf, pathOf, someLocation, type Ids, type TestedRoute } from './routes.ts';

interface Sent {
  /** Null: nobody. Otherwise whom the route is for. */
  as?: Person | null;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer | undefined;
}

/** A system on which every route has something to work on, and what a walk over the routes needs. */
export interface Walk {
  harness: Harness;
  ids: Ids;
  /** Sends a request as it is written. */
  send(route: TestedRoute, sent?: Sent): Promise<RawAnswer>;
  /** A request that there is nothing wrong with. */
  good(
    route: TestedRoute,
    ids?: Ids,
  ): { path: string; headers: Record<string, string>; body: string | Buffer | undefined };
  /** What is wrong with the answer to a request that must be refused; `naming`: what its description must name. */
  faultAt(route: TestedRoute, sent: Sent, naming?: string): Promise<string | undefined>;
  /** Remembers what is kept, and forgets what the server has logged: before requests that must change nothing. */
  begin(): Promise<void>;
  /** What was wrong with these requests, what the server took for its own fault, and what was written meanwhile. */
  faultsOf(requests: Promise<string | undefined>[]): Promise<string[]>;
  /** What the server has logged as its own fault since it was asked last. */
  ownFaults(): string[];
  newUpload(): Promise<string>;
}

export const archive = (): Buffer => buildArchive({ manifest: { parameters } });

/** How the schema library speaks of what it refuses where a schema has no words of its own. */
const LIBRARY_WORDS = /Invalid input|Too (small|big)|nonoptional|expected .* received/;

export const createWalk = async (): Promise<Walk> => {
  const harness = await createHarness('postgres');
  const worker = harness.startWorker();
  const ids = await createIds(harness);
  // Whatever changes from here on, a request has done.
  await worker.close(1_000);
  let before: Snapshot = new Map();
  const walk: Walk = {
    harness,
    ids,
    newUpload: async () => String(await uploadPackage(harness, archive())),
    good: (route, own = ids) => ({ path: pathOf(route, own), ...goodBody(route, own) }),
    send: (route, sent = {}) => send(harness, route, { path: pathOf(route, ids), ...sent }),
    async faultAt(route, sent, naming) {
      const answer = await walk.send(route, sent);
      const text = answer.body.toString();
      const unnamed = naming && !text.includes(naming) ? `does not name ${naming}: ${text.slice(0, 200)}` : undefined;
      const foreign = LIBRARY_WORDS.test(text) ? `is not in our words: ${text.slice(0, 200)}` : undefined;
      const fault = doorFaultOf(route, answer) ?? unnamed ?? foreign;
      return fault && `${nameOf(route)} (${inspect(sent, { maxStringLength: 80 })}): ${fault}`;
    },
    async begin() {
      before = await snapshot(harness);
      walk.ownFaults();
    },
    async faultsOf(requests) {
      const faults = (await Promise.all(requests)).filter((fault) => fault !== undefined);
      return [...faults, ...walk.ownFaults(), ...changed(before, await snapshot(harness))];
    },
    ownFaults() {
      const { calls } = vi.mocked(harness.deps.log.error).mock;
      return calls.splice(0).map((call) => inspect(call));
    },
  };
  return walk;
};

const createIds = async (harness: Harness): Promise<Ids> => {
  const app = await buildApp(harness, archive());
  // Who looks at an account's environments first makes them.
  await harness.request('/api/appyard/v1/environments');
  // And who looks at the public key of an app first makes it.
  await harness.request(`/api/v2/apps/${app}/public_key`);
  const json = { app_id: app, settings: { name: 'Mine', token: 'swordfish-2718' } };
  const { id, pending_job_id } = await read<InstallationBody>(
    await harness.request('/api/sell/apps/installations', { method: 'POST', json }),
    201,
  );
  const { rows } = await harness.deps.db.query<{ key: string; entry: number }>(
    'select (select asset_key from app_versions limit 1) as key, (select max(id) from audit_entries) as entry',
  );
  const client = await read<{ client: { id: number } }>(
    await harness.request('/api/v2/oauth/clients', { method: 'POST', json: { client: { name: 'Walked' } } }),
    201,
  );
  return {
    client: String(client.client.id),
    app: String(app),
    installation: String(id),
    job: pending_job_id,
    upload: String(await uploadPackage(harness, archive())),
    asset: rows[0]!.key,
    entry: String(rows[0]!.entry),
    location: someLocation,
    code: await newCode(harness),
  };
};

/** A code that a token can be had for, with what proves that it is ours. */
const newCode = async (harness: Harness): Promise<string> => {
  const attempt = newAttempt();
  return JSON.stringify({ code: await codeFor(harness, attempt), code_verifier: attempt.verifier });
};

const goodBody = ({ json, file }: TestedRoute, ids: Ids) => {
  if (json) return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(json.good(ids)) };
  if (file) return { headers: MULTIPART, body: multipart([filePart(archive(), file)]) };
  return { headers: {}, body: undefined };
};

const send = (harness: Harness, route: TestedRoute, { as, path: sentPath, headers, body }: Sent & { path: string }) => {
  const person = as === undefined ? (route.who === 'operator' ? 'operator' : 'admin') : as;
  return sendRaw(harness.origin, {
    path: sentPath,
    method: route.method,
    headers: { ...(person !== null && { authorization: `Bearer ${harness.tokens[person]}` }), ...headers },
    ...(body !== undefined && { body }),
  });
};

/** What is wrong with how a door refuses. */
export const doorFaultOf = ({ door }: TestedRoute, { status, headers, body }: RawAnswer): string | undefined => {
  const text = body.toString();
  const isPage = String(headers['content-type']).startsWith('text/html');
  if (isPage) return status >= 400 && status < 500 && text.includes('<h1>') ? undefined : `no page: ${status} ${text}`;
  return faultOf(status, ['native', 'oauth'].includes(door) ? inOurEnvelope(text) : text);
};

/** Our own door and OAuth say the same in other envelopes; refused before it gets there, in ours. */
const inOurEnvelope = (text: string): string => {
  const { error, error_description: ofToken } = JSON.parse(text) as Record<string, unknown>;
  if (typeof ofToken === 'string') return JSON.stringify({ error, description: ofToken });
  if (typeof error !== 'object') return text;
  const { code, message, details } = error as Record<string, unknown>;
  return JSON.stringify({ error: code, description: message, details });
};

/** A digest of each table and of the list of files, by name; when `/readyz` has tried to write is no change. */
export type Snapshot = Map<string, string>;

export const snapshot = async ({ deps }: Harness): Promise<Snapshot> => {
  const { rows: tables } = await deps.db.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const digests = tables.map(
    ({ name }) =>
      `select '${name}' as name, count(*) || ' rows ' || coalesce(md5(string_agg(t.row::text, ',' order by t.row::text)), '') as digest
       from (select to_jsonb(r) - 'probed_at' as row from "${name}" r) t`,
  );
  const { rows } = await deps.db.query<{ name: string; digest: string }>(digests.join(' union all '));
  const entries = await readdir(path.join(deps.config.dataDir, 'blobs'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  return new Map([...rows.map(({ name, digest }) => [name, digest] as const), ['files', files.toSorted().join()]]);
};

export const changed = (before: Snapshot, after: Snapshot): string[] =>
  [...after].flatMap(([name, digest]) =>
    digest === before.get(name) ? [] : [`${name}: ${before.get(name)} became ${digest}`],
  );

import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { emails } from './accounts.ts';
import type { Harness } from './harness.ts';

/** The vendor's command-line tool as it comes from the registry. */
const PROGRAM = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@zendesk/zcli/package.json')),
  'bin/run',
);
/** A client that polls for ever is a failure, with what it has said by then. */
const LIMIT_MS = 60_000;
/** It breaks its errors into lines of 80 characters where there is no terminal; tests look for whole sentences. */
const COLUMNS = '10000';

export interface ZcliRun {
  code: number | null;
  /** Both streams as a person sees them, in the order they came, without the marks in front of errors. */
  screen: string;
}

/** An app's folder, in which the tool leaves its own files too. */
export interface AppFolder {
  path: string;
  write(name: string, content: unknown): Promise<void>;
  /** What the tool keeps: the app's id beside what the developer wrote. */
  config(): Promise<{ app_id?: number; parameters?: Record<string, unknown> }>;
}

export interface Zcli {
  run(words: string[], env?: Record<string, string>): Promise<ZcliRun>;
  /** A small good app, described by what differs; `config` are the parameters the tool would ask a person for. */
  makeApp(parts?: AppParts): Promise<AppFolder>;
  close(): Promise<void>;
}

export interface AppParts {
  /** Members of manifest.json; undefined takes one out. */
  manifest?: Record<string, unknown>;
  requirements?: unknown;
  config?: Record<string, unknown>;
}

const manifest = {
  name: 'Tiny',
  author: { name: 'Ada', email: 'ada@acme.example' },
  defaultLocale: 'en',
  private: true,
  version: '1.0.0',
  frameworkVersion: '2.0',
  location: { support: { ticket_sidebar: 'assets/iframe.html' } },
};

/** A place of its own for the tool, pointed at the system by the variables that a person would set. */
export const createZcli = async ({ origin, tokens, deps }: Harness): Promise<Zcli> => {
  const home = await mkdtemp(path.join(tmpdir(), 'appyard-zcli-'));
  const cache = path.join(home, 'cache');
  // As after a look into the registry: it needs none now, in the background or not, and has no newer version to praise.
  await mkdir(cache);
  await writeFile(path.join(cache, 'version'), '{}');
  // What it writes on its first run, not in one step: of two first runs at once, one would read half a file.
  await writeFile(path.join(home, '.zcli'), '{}');
  const [subdomain = '', ...domain] = new URL(origin).host.split('.');
  const settings = {
    PATH: [path.dirname(process.execPath), '/usr/bin', '/bin'].join(path.delimiter),
    HOME: home,
    ZCLI_CACHE_DIR: cache,
    OCLIF_COLUMNS: COLUMNS,
    ZENDESK_SUBDOMAIN: subdomain,
    ZENDESK_DOMAIN: domain.join('.'),
    ZENDESK_EMAIL: emails.admin,
    ZENDESK_API_TOKEN: tokens.admin,
    NODE_EXTRA_CA_CERTS: deps.config.tls!.certFile,
  };
  let apps = 0;
  return {
    run: (words, env = {}) => runZcli(words, { ...settings, ...env }, home),
    makeApp: (parts = {}) => makeApp(path.join(home, `app-${(apps += 1)}`), parts),
    close: () => rm(home, { recursive: true }),
  };
};

const runZcli = (words: string[], env: Record<string, string>, cwd: string): Promise<ZcliRun> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...words], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let screen = '';
    const show = (chunk: string): void => void (screen += chunk);
    child.stdout.setEncoding('utf8').on('data', show);
    child.stderr.setEncoding('utf8').on('data', show);
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`zcli ${words.join(' ')} has not ended in ${LIMIT_MS} ms:\n${screen}`));
    }, LIMIT_MS);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, screen: screen.replace(/^ › {3}/gm, '') });
    });
  });

const makeApp = async (folder: string, { manifest: members, requirements, config }: AppParts): Promise<AppFolder> => {
  const write = async (name: string, content: unknown): Promise<void> => {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  };
  await write('manifest.json', { ...manifest, ...members });
  await write('translations/en.json', { app: { name: 'Tiny', short_description: 'A tiny app.' } });
  await write('assets/iframe.html', '<p>hi</p>\n');
  if (requirements !== undefined) await write('requirements.json', requirements);
  if (config !== undefined) await write('zcli.apps.config.json', { parameters: config });
  return {
    path: folder,
    write,
    config: async () =>
      JSON.parse(await readFile(path.join(folder, 'zcli.apps.config.json'), 'utf8')) as Awaited<
        ReturnType<AppFolder['config']>
      >,
  };
};

import path from 'node:path';
import { projectRoot } from '../../src/cli/project-root.ts';
import { freePort } from '../../test/support/redis-server.ts';
import { runProgram, startProgram, type Program } from './program.ts';
import type { Services } from './services.ts';

export const queueKinds = ['redis', 'postgres'] as const;
export type QueueKind = (typeof queueKinds)[number];

/** Appyard as it is run on several machines: the built program, each part a process of its own. */
export interface System {
  origin: string;
  /** The environment of all its processes. */
  env: Record<string, string>;
  token: string;
  /** `Basic EMAIL/token:TOKEN`, as the vendors' clients send it. */
  authorization: string;
  api: Program;
  startWorker(): Promise<Program>;
  /** Ends the API's process and starts a new one at the same address. */
  restartApi(): Promise<Program>;
  close(): Promise<void>;
}

const EMAIL = 'ada@bench.example';
const TOKEN = 'bench-token-of-forty-characters-00000000';
const MAIN = path.join(projectRoot, 'dist', 'src', 'cli', 'main.js');

let opened = 0;

/**
 * Everything but the queue is the same for both kinds. No worker runs until it is asked for.
 *
 * @param apiSettings for the environment of the API alone.
 * @param settings for the environment of all its processes. Postgres knows the connections of each part by its name.
 */
export const openSystem = async (
  services: Services,
  queue: QueueKind,
  settings: Record<string, string> = {},
  apiSettings: Record<string, string> = {},
): Promise<System> => {
  opened += 1;
  const port = await freePort();
  const env = {
    DATABASE_URL: await services.createDatabase(`bench_${opened}`),
    DATA_DIR: path.join(services.folder, `system-${opened}`),
    PORT: String(port),
    SECRETS_KEY: Buffer.alloc(32, 7).toString('base64'),
    BOOTSTRAP_ACCOUNT: 'bench',
    BOOTSTRAP_EMAIL: EMAIL,
    BOOTSTRAP_TOKEN: TOKEN,
    ...(queue === 'redis' && { REDIS_URL: services.redisUrl, REDIS_PREFIX: `${services.redisPrefix}-${opened}` }),
    ...settings,
  };
  await runProgram({ name: 'appyard migrate', args: [MAIN, 'migrate'], env });

  const programs: Program[] = [];
  const startPart = async (part: 'api' | 'worker', ready: string): Promise<Program> => {
    const spec = {
      name: `appyard ${part}`,
      args: [MAIN, part],
      env: { ...env, ...(part === 'api' && apiSettings), PGAPPNAME: part },
    };
    const program = await startProgram(spec, ready, services.releases);
    programs.push(program);
    return program;
  };
  let api = await startPart('api', '"listening"');
  return {
    origin: `http://127.0.0.1:${port}`,
    env,
    token: TOKEN,
    authorization: `Basic ${Buffer.from(`${EMAIL}/token:${TOKEN}`).toString('base64')}`,
    get api() {
      return api;
    },
    startWorker: () => startPart('worker', '"working"'),
    restartApi: async () => {
      await api.stop();
      api = await startPart('api', '"listening"');
      return api;
    },
    close: async () => {
      await Promise.all(programs.map((program) => program.stop()));
    },
  };
};

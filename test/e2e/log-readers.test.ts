import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { projectRoot } from '../../src/cli/project-root.ts';
import { createApp } from '../support/client.ts';
import { readExposition, sumOf } from '../support/exposition.ts';
import { buildArchive } from '../support/packages.ts';
import { migratedSystem, type System } from '../support/process-system.ts';
import { program, searchPath } from '../support/program.ts';
import { freePort } from '../support/redis-server.ts';

const roles = ['api', 'worker', 'start'] as const;
const LONG = { timeout: 20_000, interval: 100 };

/** A process of the built program whose log goes where a test says. */
interface Logging {
  child: ChildProcess;
  port: number;
  get: (path: string) => Promise<Response>;
  lost(): Promise<number | undefined>;
  /** Ends it with SIGTERM. @returns its code and signal. */
  end(): Promise<unknown[]>;
}

describe('a process whose log nobody reads', () => {
  let system: System;
  const running = new Set<ChildProcess>();
  beforeAll(async () => {
    system = await migratedSystem('postgres');
  });
  afterEach(async () => {
    for (const child of running) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    running.clear();
  });
  afterAll(() => system?.close());

  const own = (child: ChildProcess): ChildProcess => {
    running.add(child);
    return child;
  };
  const launch = async (
    command: readonly string[],
    stdio: Parameters<typeof spawn>[2]['stdio'] = ['ignore', 'pipe', 'pipe'],
  ): Promise<Logging> => {
    const [port, metricsPort] = [await freePort(), await freePort()];
    const env = {
      PATH: searchPath(),
      TERM: 'xterm',
      ...system.env,
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
      LOG_LEVEL: 'debug',
    };
    const [name = '', ...args] = command;
    const child = own(spawn(name, args, { cwd: projectRoot, env, stdio }));
    const ops = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${metricsPort}${path}`);
    await vi.waitFor(async () => expect((await ops('/readyz')).status).toBe(200), LONG);
    return {
      child,
      port,
      get: ops,
      lost: async () => sumOf(readExposition(await (await ops('/metrics')).text()), 'appyard_log_lines_lost_total'),
      async end() {
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        return Promise.race([ended, sleep(25_000, ['still there'])]);
      },
    };
  };
  /** Has lines logged: of requests, and of a build. */
  const work = async ({ port }: Logging, role: string, requests = 100): Promise<void> => {
    if (role === 'worker') {
      await createApp(system, buildArchive());
      return sleep(1_000);
    }
    const headers = { authorization: 'Bearer nobody' };
    for (let sent = 0; sent < requests; sent += 20)
      await Promise.all(
        Array.from({ length: 20 }, () =>
          fetch(`http://127.0.0.1:${port}/api/v2/apps/${'x'.repeat(2_000)}`, { headers }),
        ),
      );
  };
  /** A reader that has stopped reading: whoever writes to it finds no room. */
  const stoppedReader = (): ChildProcess => {
    const reader = own(spawn('sleep', ['600'], { stdio: ['pipe', 'ignore', 'ignore'] }));
    reader.stdin!.on('error', () => undefined).write(Buffer.alloc(4 * 1024 * 1024, '.'));
    return reader;
  };

  it.each(roles)('%s: goes on and ends when its reader has gone', async (role) => {
    const api = role === 'worker' ? await system.startApi() : undefined;
    const one = await launch(program([role]));
    one.child.stdout!.destroy();
    one.child.stderr!.destroy();
    await work(one, role);
    expect((await one.get('/livez')).status).toBe(200);
    expect(await one.lost()).toBeGreaterThan(0);
    expect(await one.end()).toEqual([0, null]);
    api?.kill('SIGTERM');
    await api?.ended;
  });

  it.each(roles)('%s: starts, works and ends when its reader does not read', async (role) => {
    const api = role === 'worker' ? await system.startApi() : undefined;
    const reader = stoppedReader();
    const one = await launch(program([role]), ['ignore', reader.stdin!, reader.stdin!]);
    await work(one, role);
    expect((await one.get('/livez')).status).toBe(200);
    expect(await one.end()).toEqual([0, null]);
    api?.kill('SIGTERM');
    await api?.ended;
  });

  it('keeps a bounded part of its log for a slow reader, counts the rest and says so', async () => {
    const one = await launch(program(['api']));
    await vi.waitFor(
      async () => {
        await work(one, 'api', 200);
        expect(await one.lost()).toBeGreaterThan(100);
      },
      { timeout: 50_000 },
    );
    const read = text(one.child.stderr!);
    await sleep(500);
    await work(one, 'api', 20);
    expect(await one.end()).toEqual([0, null]);
    const lines = (await read).trim().split('\n');
    const told = lines.map((line) => JSON.parse(line) as { msg: string; lines?: number });
    expect(told.find(({ msg }) => msg === 'log lines lost')).toMatchObject({ level: 40 });
    expect(told.at(-1)!.msg).toBe('shutting down');
  });

  /** In a terminal of its own, which somebody closes or stops. */
  const inTerminal = (role: string): Promise<Logging> =>
    launch(['script', '-qefc', `exec ${program([role]).join(' ')}`, '/dev/null'], ['pipe', 'ignore', 'ignore']);
  const isServed = async ({ get }: Logging): Promise<boolean> => {
    try {
      return (await get('/livez')).status === 200;
    } catch {
      return false;
    }
  };

  it.each(['api', 'start'])('%s: goes on while its terminal is stopped, and ends when it is closed', async (role) => {
    const one = await inTerminal(role);
    one.child.kill('SIGSTOP');
    await work(one, role, 200);
    expect(await isServed(one)).toBe(true);
    one.child.kill('SIGKILL');
    await vi.waitFor(async () => expect(await isServed(one)).toBe(false), LONG);
  });

  it.each([
    ['a list', ['account', 'list']],
    ['a refusal', ['account', 'create', 'no such name!']],
    ['help', ['--help']],
  ])('ends cleanly: a command whose reader has gone before it writes %s', async (_what, words) => {
    const [name = '', ...args] = program(words);
    const child = own(spawn(name, args, { cwd: projectRoot, env: { PATH: searchPath(), ...system.env } }));
    child.stdout!.destroy();
    child.stderr!.destroy();
    const [code, signal] = (await once(child, 'exit')) as [number, string | null];
    expect([code, signal]).toEqual([words[1] === 'create' ? 1 : 0, null]);
  });
});

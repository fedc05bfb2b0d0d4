import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Pool } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { projectRoot } from '../../src/cli/project-root.ts';
import { WORKER_CLOSE_MS } from '../../src/cli/worker.ts';
import { readConfig } from '../../src/config.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { startOpsServer } from '../../src/ops/ops-server.ts';
import { makeCertificate } from '../support/certificates.ts';
import { composeConfig, findCompose, isSetting, readCompose, readImage, readProjectFile } from '../support/compose.ts';
import { createPrograms, program, services as ours } from '../support/program.ts';

const compose = readCompose();
const { api, worker, migrate, postgres, redis } = compose.services;
const image = readImage();
const restOf = (word: string): string => image.find((one) => one.word === word)!.rest;
const imageEnv = Object.fromEntries(
  restOf('ENV')
    .split(' ')
    .map((pair) => pair.split('=')),
) as Record<string, string>;

describe('docker-compose.yml', () => {
  it('runs the commands that the end-to-end tests run', () => {
    const entrypoint = JSON.parse(restOf('ENTRYPOINT')) as string[];
    const built = Object.entries(compose.services).filter(([, { build }]) => build !== undefined);
    expect(Object.fromEntries(built.map(([name, { command }]) => [name, [...entrypoint, ...command]]))).toEqual(
      Object.fromEntries(Object.entries(ours).map(([name, words]) => [name, program(words)])),
    );
    expect(JSON.parse(restOf('CMD'))).toEqual(ours.api);
  });

  it('names no command that the program does not have', async () => {
    const { stdout } = await createPrograms({}).run(['--help']);
    for (const words of Object.values(ours)) expect(stdout).toMatch(new RegExp(`^  ${words.join(' ')} `, 'm'));
  });

  it('gives the program only settings that it reads', () => {
    // Those of AWS are read by its client.
    const names = [migrate, api, worker].flatMap((service) =>
      Object.keys(service!.environment).filter((name) => !name.startsWith('AWS_')),
    );
    expect(isSetting('NO_SUCH_SETTING')).toBe(false);
    expect(new Set(names)).toEqual(new Set(names.filter(isSetting)));
    expect(names).toEqual(expect.arrayContaining(['DATABASE_URL', 'REDIS_URL', 'SECRETS_KEY', 'BOOTSTRAP_ACCOUNT']));
  });

  it('lets many workers run', () => {
    expect([worker!.ports, worker!.container_name]).toEqual([[], undefined]);
  });

  it('lets Redis forget and evict nothing', () => {
    expect(redis!.command.join(' ')).toBe('redis-server --maxmemory-policy noeviction --appendonly yes');
    expect(redis!.volumes).toEqual(['redis:/data']);
    // From version 18 on the data stand in a folder below this one, and a volume mounted on …/data stays empty.
    expect(postgres).toMatchObject({ image: 'postgres:18', volumes: ['postgres:/var/lib/postgresql'] });
    expect(Object.keys(compose.volumes)).toEqual(expect.arrayContaining(['redis', 'postgres', 'data']));
  });

  it('starts each process when what it needs is there', () => {
    const after = {
      postgres: { condition: 'service_healthy' },
      migrate: { condition: 'service_completed_successfully' },
      redis: { condition: 'service_healthy' },
    };
    expect(migrate!.depends_on).toEqual({ postgres: after.postgres });
    expect(api!.depends_on).toEqual(after);
    expect(worker!.depends_on).toEqual(after);
    for (const name of ['postgres', 'redis']) expect(compose.services[name]!.healthcheck).toBeDefined();
    expect(migrate!.restart).toBe('no');
  });

  it('gives a worker the time to hand its jobs back', () => {
    const [, seconds] = /^(\d+)s$/.exec(worker!.stop_grace_period!)!;
    expect(Number(seconds) * 1_000).toBeGreaterThan(WORKER_CLOSE_MS);
  });

  it('shares the blobs between API and workers, in a volume that belongs to the user of the image', () => {
    const volume = `data:${imageEnv['DATA_DIR']}`;
    expect([api!.volumes, worker!.volumes]).toEqual([[volume], [volume]]);
    expect(restOf('USER')).toBe('node');
    expect(restOf('RUN')).toBe(`install -d -o ${restOf('USER')} -g node -m 700 ${imageEnv['DATA_DIR']}`);
    expect(readConfig(imageEnv).blobUrl).toBe(`file:${imageEnv['DATA_DIR']}/blobs`);
  });

  it('lets the API be reached, and sees whether it can be', async () => {
    expect(readConfig(imageEnv).host).toBe('0.0.0.0');
    expect(restOf('EXPOSE')).toBe(String(readConfig({}).port));
    const [kind, command, ...args] = api!.healthcheck!.test;
    expect([kind, command]).toEqual(['CMD', 'node']);
    const paths: (string | undefined)[] = [];
    let status = 200;
    const server = createServer(({ url }, res) => {
      paths.push(url);
      res.writeHead(status).end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const check = (env: Record<string, string>) =>
      new Promise((resolve) => {
        execFile(process.execPath, args, { env }).once('close', resolve);
      });
    expect(await check({ PORT: String(port) })).toBe(0);
    status = 503;
    expect(await check({ PORT: String(port) })).toBe(1);
    expect(paths).toEqual(['/livez', '/livez']);
    server.close();
    expect(await check({ PORT: String(port) })).toBe(1);

    const { cert, key } = await makeCertificate('apps.example.com');
    const secured = createTlsServer({ cert, key }, (_req, res) => void res.end()).listen(0, '127.0.0.1');
    onTestFinished(() => void secured.close());
    await once(secured, 'listening');
    const securedPort = String((secured.address() as AddressInfo).port);
    expect(await check({ PORT: securedPort, TLS_CERT: '/tls/cert.pem' })).toBe(0);
    expect(await check({ PORT: securedPort })).toBe(1);
  });

  it('sees whether a worker is stuck, on the port of its metrics, which it does not publish', async () => {
    const { metrics } = readConfig({ ...imageEnv, METRICS_PORT: worker!.environment['METRICS_PORT']! });
    expect(metrics).toEqual({ port: 9464, host: '0.0.0.0' });
    for (const service of [api, worker]) expect(service!.ports.join()).not.toContain(String(metrics!.port));
    const [kind, command, ...args] = worker!.healthcheck!.test;
    expect([kind, command]).toEqual(['CMD', 'node']);
    const problems: string[] = [];
    const checks = { problems: () => problems, readiness: async () => ({ ready: false, missing: ['queue'] }) };
    const server = await startOpsServer({ port: 0, host: '127.0.0.1' }, createMetrics({} as Pool), checks);
    const check = () =>
      new Promise((resolve) => {
        execFile(process.execPath, args, { env: { METRICS_PORT: String(server.port) } }).once('close', resolve);
      });
    // Starting it anew brings no store back.
    expect(await check()).toBe(0);
    problems.push('stuck');
    expect(await check()).toBe(1);
    await server.close();
    expect(await check()).toBe(1);
  });

  it('says in .env.example what has to be set, and nothing that has no effect', () => {
    const source = readProjectFile('docker-compose.yml');
    const described = [...readProjectFile('.env.example').matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name!);
    const needed = [...source.matchAll(/\$\{([A-Z_]+):\?/g)].map(([, name]) => name!);
    expect(new Set(needed)).toEqual(new Set(['POSTGRES_PASSWORD', 'SECRETS_KEY']));
    expect(described).toEqual(expect.arrayContaining(needed));
    for (const name of described) expect(source).toMatch(new RegExp(`\\$\\{${name}\\b|^ +${name}:$`, 'm'));
  });

  it('is accepted by Compose, and what comes out by the program', ({ skip }) => {
    const command = findCompose();
    if (!command) {
      process.stderr.write('docker-compose.yml was NOT given to Compose: it is not on this machine.\n');
      return skip();
    }
    const secrets = { POSTGRES_PASSWORD: 'secret', SECRETS_KEY: Buffer.alloc(32, 7).toString('base64') };
    const accepted = composeConfig(command, secrets);
    expect(accepted).toMatchObject({ status: 0 });
    const resolved = parse(accepted.stdout) as typeof compose;
    for (const name of Object.keys(ours)) {
      const given = Object.entries(resolved.services[name]!.environment).filter(([, value]) => value !== null);
      const config = readConfig({ ...imageEnv, ...Object.fromEntries(given) } as Record<string, string>);
      expect(config).toMatchObject({ port: 3_000, publicUrl: 'http://localhost:3000' });
      for (const url of [config.databaseUrl, config.redisUrl])
        expect(Object.keys(compose.services)).toContain(new URL(url!).hostname);
    }
    for (const missing of Object.keys(secrets)) {
      const refused = composeConfig(command, { ...secrets, [missing]: '' });
      expect(refused.status).not.toBe(0);
      expect(refused.stderr).toContain(missing);
    }
  });
});

describe('the image', () => {
  it('is built from files that are there, and that .dockerignore lets through', () => {
    const letThrough = readProjectFile('.dockerignore')
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
    const copied = [...readProjectFile('Dockerfile').matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, sources]) =>
      sources!.split(' '),
    );
    expect(new Set(copied)).toEqual(new Set(letThrough));
    for (const file of copied) expect([file, existsSync(path.join(projectRoot, file))]).toEqual([file, true]);
  });
});

import path from 'node:path';
import { openDeps } from '../../src/cli/open-deps.ts';
import { createReleases } from '../../src/cli/releases.ts';
import { readConfig } from '../../src/config.ts';
import type { Deps } from '../../src/deps.ts';
import { startServer } from '../../src/http/server.ts';
import type { Harness, RequestOptions } from './harness.ts';
import { startProxy, type TcpProxy } from './tcp-proxy.ts';

/** Another API of the same system that reaches its stores through proxies, so that they can go away. */
export interface SecondApi extends Pick<Harness, 'request'> {
  deps: Deps;
  database: TcpProxy;
  /** The database's own when the queue lives there. */
  queue: TcpProxy;
  close(): Promise<void>;
}

export const startSecondApi = async (harness: Harness): Promise<SecondApi> => {
  const failures: unknown[] = [];
  const releases = createReleases((_name, err) => failures.push(err));
  const open = async (target: Parameters<typeof startProxy>[0]): Promise<TcpProxy> => {
    const proxy = await startProxy(target);
    releases.add('proxy', () => proxy.close());
    return proxy;
  };

  const databaseUrl = new URL(harness.env['DATABASE_URL']!);
  const { searchParams } = databaseUrl;
  const database = await open({ path: path.join(searchParams.get('host')!, `.s.PGSQL.${searchParams.get('port')}`) });
  searchParams.set('host', '127.0.0.1');
  searchParams.set('port', String(database.port));

  const redisUrl = harness.env['REDIS_URL'];
  const queue = redisUrl ? await open({ host: '127.0.0.1', port: Number(new URL(redisUrl).port) }) : database;

  const env = {
    ...harness.env,
    DATABASE_URL: databaseUrl.href,
    ...(redisUrl && { REDIS_URL: `redis://127.0.0.1:${queue.port}` }),
  };
  const { deps } = await openDeps(readConfig(env), harness.deps.log, releases);
  const server = await startServer(deps, { port: 0, host: '127.0.0.1' });
  releases.add('server', () => server.close());
  return {
    deps,
    database,
    queue,
    request: (route, { as = 'admin', json, headers, ...init }: RequestOptions = {}) =>
      fetch(`http://127.0.0.1:${server.port}${route}`, {
        ...init,
        ...(json !== undefined && { body: JSON.stringify(json) }),
        headers: {
          ...(as !== null && { authorization: `Bearer ${harness.tokens[as]}` }),
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
      }),
    async close() {
      await releases.run();
      if (failures.length > 0) throw new AggregateError(failures, 'something could not be released');
    },
  };
};

import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';
import { parseRedisUrl } from '../../src/queue/redis-url.ts';

const plain = { tls: false, username: undefined, password: undefined, family: 0 };

describe('REDIS_URL', () => {
  it.each([
    ['redis://localhost', { kind: 'standalone', nodes: [{ host: 'localhost', port: 6_379 }], db: 0 }],
    ['redis://localhost:7000/3', { kind: 'standalone', nodes: [{ host: 'localhost', port: 7_000 }], db: 3 }],
    ['REDIS://[::1]:7000/?family=6', { kind: 'standalone', nodes: [{ host: '::1', port: 7_000 }], db: 0, family: 6 }],
    [
      'rediss://ada:p%40ss%2Fword%25:x@redis.example',
      { kind: 'standalone', tls: true, username: 'ada', password: 'p@ss/word%:x' },
    ],
    ['redis://:p@ss@h', { kind: 'standalone', password: 'p@ss', nodes: [{ host: 'h', port: 6_379 }] }],
    [
      'redis+sentinel://:pw@a,b:26380,[fd00::1]:26381/main/2?sentinelUsername=eve&sentinelPassword=x%3D=',
      {
        kind: 'sentinel',
        nodes: [
          { host: 'a', port: 26_379 },
          { host: 'b', port: 26_380 },
          { host: 'fd00::1', port: 26_381 },
        ],
        master: 'main',
        db: 2,
        password: 'pw',
        sentinelUsername: 'eve',
        sentinelPassword: 'x==',
      },
    ],
    [
      'rediss+sentinel://a/main',
      { kind: 'sentinel', tls: true, master: 'main', db: 0, sentinelUsername: undefined, sentinelPassword: undefined },
    ],
    [
      'redis+cluster://a:7000,b/0',
      {
        kind: 'cluster',
        nodes: [
          { host: 'a', port: 7_000 },
          { host: 'b', port: 6_379 },
        ],
      },
    ],
    ['rediss+cluster://a', { kind: 'cluster', tls: true, nodes: [{ host: 'a', port: 6_379 }] }],
  ])('%s is understood', (url, place) => {
    expect(parseRedisUrl(url)).toMatchObject({ ...plain, ...place });
    expect(readConfig({ REDIS_URL: url }).redisUrl).toBe(url);
  });

  it.each([
    ['http://:hunter2@localhost', 'must be redis://HOST:PORT, redis+sentinel://HOST:PORT,HOST:PORT/MASTER or'],
    ['redis+sentinels://:hunter2@localhost/main', 'must be redis://HOST:PORT, redis+sentinel://'],
    ['redis://:hunter2#x@localhost', 'must be redis://HOST:PORT'],
    ['redis://', 'must name each host as HOST or HOST:PORT'],
    ['redis://:hunter2/x@localhost', 'must name each host as HOST or HOST:PORT'],
    ['redis://localhost:0', 'must name each host as HOST or HOST:PORT'],
    ['redis://localhost:65536', 'must name each host as HOST or HOST:PORT'],
    ['redis+cluster://a,,b', 'must name each host as HOST or HOST:PORT'],
    ['redis://a,b', 'names several hosts, and must then begin with redis+sentinel:// or redis+cluster://'],
    ['redis://hunter2@localhost', 'names a user without a password'],
    ['redis://:hunter2%@localhost', 'has a % that must be written as %25'],
    ['redis://localhost/main', 'must end with the number of a database'],
    ['redis+sentinel://localhost', 'must name what the sentinels call the master'],
    ['redis+sentinel://localhost/main/x', 'must end with the number of a database'],
    ['redis+sentinel://localhost/main/0/x', 'must name what the sentinels call the master'],
    ['redis+cluster://localhost/1', 'must name no database'],
    ['redis://localhost?hunter2=1', 'may have only family after a ?'],
    ['redis+cluster://localhost?sentinelPassword=hunter2', 'may have only family after a ?'],
    ['redis+sentinel://a/main?password=hunter2', 'may have only family, sentinelUsername, sentinelPassword after a ?'],
    ['redis://localhost?family=5', 'must have 0, 4 or 6 as its family'],
  ])('%s is refused, and nothing of it is repeated', (REDIS_URL, problem) => {
    const read = (): unknown => readConfig({ REDIS_URL });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(`  REDIS_URL ${problem}`);
    expect(read).not.toThrow(/hunter2/);
  });
});

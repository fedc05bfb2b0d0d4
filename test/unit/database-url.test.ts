import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';
import { parseDatabaseUrl } from '../../src/db/database-url.ts';

const PASSWORD = 'hunter2';

/** What is said of these settings; empty: nothing is wrong with them. */
const problemOf = (env: Record<string, string>): string => {
  try {
    readConfig(env);
    return '';
  } catch (err) {
    if (err instanceof ConfigError) return err.message;
    throw err;
  }
};

describe('DATABASE_URL', () => {
  it.each<[string, object]>([
    ['postgres://localhost/appyard', { host: 'localhost', database: 'appyard' }],
    ['postgresql://ada@db.example:6543/x', { user: 'ada', host: 'db.example', port: 6_543, database: 'x' }],
    ['POSTGRES://ada:p%40ss%2Fw%25@[::1]:1/x', { user: 'ada', password: 'p@ss/w%', host: '::1', port: 1 }],
    ['postgres://ada:p@ss:word@h/x', { user: 'ada', password: 'p@ss:word', host: 'h' }],
    ['postgres:///x?host=/var/run/postgresql&port=5433&user=ada', { host: '/var/run/postgresql', port: 5_433 }],
    ['postgres://ada:pw@/x?host=/var/run/postgresql', { user: 'ada', password: 'pw', host: '/var/run/postgresql' }],
    ['postgres://ada@%2Fvar%2Frun/x', { host: '/var/run', user: 'ada' }],
    ['postgres://h/x?options=-c%20statement_timeout%3D5s&application_name=us', { options: '-c statement_timeout=5s' }],
    ['postgres://h/x?sslmode=disable', { ssl: false }],
    ['postgres://h/x?sslmode=require&channel_binding=require', { ssl: { rejectUnauthorized: true } }],
    ['postgres://h/x?sslmode=no-verify', { ssl: { rejectUnauthorized: false } }],
    ['postgres://h/x?ssl=true', { ssl: { rejectUnauthorized: true } }],
    ['postgres://h/x?sslmode=verify-ca', { ssl: { checkServerIdentity: expect.any(Function) as unknown } }],
  ])('%s is understood', (url, place) => {
    expect(parseDatabaseUrl(url)).toMatchObject(place);
    expect(readConfig({ DATABASE_URL: url }).databaseUrl).toBe(url);
  });

  it('leaves to the variables of libpq what it does not say', () => {
    expect(parseDatabaseUrl('postgres://localhost')).toEqual({ host: 'localhost' });
  });

  const encoded = '/ ? # @ and % stand in a password as %2F %3F %23 %40 and %25';
  it.each([
    [`mysql://ada:${PASSWORD}@h/x`, 'must be postgres://USER:PASSWORD@HOST:PORT/DATABASE'],
    [`host=h user=ada password=${PASSWORD}`, 'must be postgres://USER:PASSWORD@HOST:PORT/DATABASE'],
    [`postgres://ada:${PASSWORD}/b@h/x`, encoded],
    [`postgres://ada:${PASSWORD}#b@h/x`, encoded],
    [`postgres://ada:${PASSWORD}?b@h/x`, encoded],
    [`postgres://ada:p@${PASSWORD}/w@h/x`, encoded],
    [`postgres://ada:12?${PASSWORD}=1@h/x`, encoded],
    [`postgres://ada:12?${PASSWORD}=1`, 'a ? stands in a password as %3F'],
    [`postgres://ada:${PASSWORD}%@h/x`, 'has a % that must be written as %25'],
    ['postgres://ada:@h/x', 'has an empty password'],
    [`postgres://:${PASSWORD}@h/x`, 'must name a user before the password'],
    [`postgres://ada:${PASSWORD}@10.0.0.1,10.0.0.2:5432/x`, 'names several hosts'],
    [`postgres://ada:${PASSWORD}@/x?host=a,b`, 'names several hosts'],
    [`postgres://ada:${PASSWORD}@h:0/x`, 'from 1 to 65535'],
    [`postgres://ada:${PASSWORD}@h:port/x`, 'must name the host as HOST or HOST:PORT'],
    [`postgres://ada:${PASSWORD}@h/x?sslmode=always`, 'must have one of disable, prefer, require'],
    [`postgres://ada:${PASSWORD}@h/x?sslrootcert=/ca.pem`, 'set DATABASE_CA to that file'],
    [`postgres://ada:${PASSWORD}@h/x?sslmode=require&sslcert=/none.pem`, 'a file as its sslcert that cannot be read'],
  ])('%s is refused without a piece of it', (url, message) => {
    for (const setting of ['DATABASE_URL', 'DATABASE_DIRECT_URL']) {
      const problem = problemOf({ DATABASE_URL: 'postgres://h/x', [setting]: url });
      expect(problem).toContain(`${setting} `);
      expect(problem).toContain(message);
      expect(problem).not.toMatch(new RegExp(`${PASSWORD}|ada|10\\.0`));
    }
  });

  it.each([
    [{ DATABASE_DIRECT_URL: 'postgres://h/x' }, 'DATABASE_DIRECT_URL is of use only with DATABASE_URL'],
    [{ DATABASE_URL: 'postgres://h/x', DATABASE_CA: '/ca.pem' }, 'DATABASE_CA is of use only with TLS'],
    [
      { DATABASE_URL: 'postgres://h/x?sslmode=no-verify', DATABASE_CA: '/ca.pem' },
      'DATABASE_CA is of use only with TLS',
    ],
    [{ DATABASE_PREPARED: 'yes' }, 'DATABASE_PREPARED must be on or off'],
  ])('does not go with %o', (env, message) => {
    expect(() => readConfig(env)).toThrow(message);
  });

  it('goes with DATABASE_CA where the way around the pooler has TLS', () => {
    const env = {
      DATABASE_URL: 'postgres://h/x',
      DATABASE_DIRECT_URL: 'postgres://h/x?sslmode=require',
      DATABASE_CA: '/ca.pem',
    };
    expect(readConfig(env).databaseCa).toBe('/ca.pem');
  });
});

describe('a setting with spaces or a line end around it', () => {
  it('counts without them, but for spaces of a password', () => {
    const config = readConfig({
      DATABASE_URL: ' postgres://h/x\r\n',
      PORT: '4000 ',
      LOG_LEVEL: '\n',
      BOOTSTRAP_PASSWORD: ' with spaces \n',
      SECRETS_KEY: `${Buffer.alloc(32, 1).toString('base64')}\n`,
    });
    expect(config).toMatchObject({ databaseUrl: 'postgres://h/x', port: 4_000, logLevel: 'info' });
    expect(config.bootstrap.password).toBe(' with spaces ');
    expect(config.secretsKeys).toHaveLength(1);
  });
});

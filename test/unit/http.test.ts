import { describe, expect, it } from 'vitest';
import { hostnameOf, subdomainOf } from '../../src/http/host.ts';
import { listOf } from '../../src/http/dialects/zendesk/query.ts';
import { advance, completedMessage } from '../../src/domain/job.ts';
import { isDatabaseAway } from '../../src/db/errors.ts';
import { isDiskFull } from '../../src/storage/disk-full.ts';

describe('the subdomain in a Host header', () => {
  it.each([
    ['acme.apps.example.com', 'acme'],
    ['ACME.apps.example.com:8443', 'acme'],
    ['acme.apps.example.com.', 'acme'],
    ['Acme.Apps.Example.com.:8443', 'acme'],
    ['acme%2Eapps.example.com', 'acme'],
    ['acme。apps。example。com', 'acme'],
    ['acme.apps.example.com:', 'acme'],
    ['apps.example.com', undefined],
    ['apps.example.com.', undefined],
    ['evil-apps.example.com', undefined],
    ['127.0.0.1:3000', undefined],
    ['[::1]:3000', undefined],
    ['"><script>.apps.example.com', '"><script>'],
    ['"><script>.Apps.example.com.:8443', '"><script>'],
    [undefined, undefined],
  ])('of %j is %j', (host, subdomain) => {
    expect(subdomainOf(host, 'apps.example.com')).toBe(subdomain);
  });

  it.each(['', ' ', 'acme.apps.example.com:x', 'acme.apps.example.com..', 'x@acme.apps.example.com', 'acme/', 'a b'])(
    'is no hostname: %j',
    (host) => {
      expect(hostnameOf(host)).toBeUndefined();
    },
  );
});

describe('a list in the query', () => {
  it.each([
    ['app', ['app']],
    ['app, users', ['app', 'users']],
    [
      ['a', 'b,c'],
      ['a', 'b', 'c'],
    ],
    [undefined, []],
    [{ a: 1 }, []],
  ])('%j is %j', (value, words) => {
    expect([...listOf(value)]).toEqual(words);
  });
});

describe('the figures of a job', () => {
  it('only grow', () => {
    const shown = { progress: 5, total: 10, message: 'a' };
    expect(advance(shown, { progress: 2, total: 8, message: 'b' })).toEqual({ progress: 5, total: 10, message: 'b' });
    expect(advance(shown, { progress: 12, total: 12, message: 'b' })).toMatchObject({ progress: 12, total: 12 });
    expect(advance(shown, { progress: 99, total: 10, message: 'b' })).toMatchObject({ progress: 10 });
  });

  it('end with the time in the form of the vendor', () => {
    expect(completedMessage(new Date('2013-05-06T15:02:40.123Z'))).toBe('Completed at 2013-05-06 15:02:40 +0000');
  });
});

describe('an error of a full disk', () => {
  const error = (code: string, cause?: unknown) => Object.assign(new Error('not written', { cause }), { code });
  it.each([
    [error('ENOSPC'), true],
    [error('EDQUOT'), true],
    [error('EFBIG'), true],
    [error('E_CANNOT_WRITE_FILE', error('ENOSPC')), true],
    [Object.assign(new Error('full'), { $metadata: { httpStatusCode: 507 } }), true],
    [Object.assign(new Error('away'), { $metadata: { httpStatusCode: 503 } }), false],
    [error('EACCES'), false],
    ['ENOSPC', false],
  ])('%s means full: %s', (err, full) => {
    expect(isDiskFull(err)).toBe(full);
  });
});

describe('an error of the database', () => {
  const error = (message: string, fields: object = {}) => Object.assign(new Error(message), fields);
  it.each([
    [error('refused', { code: 'ECONNREFUSED', syscall: 'connect' }), true],
    [new AggregateError([error('refused', { code: 'ECONNREFUSED', syscall: 'connect' })]), true],
    [error('no way there', { code: 'EHOSTUNREACH', syscall: 'connect' }), true],
    [error('no net', { code: 'ENETUNREACH', syscall: 'connect' }), true],
    [error('going down', { code: '57P01' }), true],
    [error('the database system is starting up', { code: '57P03' }), true],
    [error('broken', { code: '08006' }), true],
    [error('Connection terminated unexpectedly'), true],
    [error('timeout exceeded when trying to connect'), true],
    [error('duplicate key', { code: '23505' }), false],
    [error('password authentication failed', { code: '28P01' }), false],
    [error('no such file', { code: 'ENOENT', syscall: 'open' }), false],
    ['text', false],
  ])('%s means away: %s', (err, away) => {
    expect(isDatabaseAway(err)).toBe(away);
  });
});

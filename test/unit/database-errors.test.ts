import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { isDatabaseUnusable } from '../../src/db/errors.ts';
import { toAppError } from '../../src/http/errors.ts';

const failure = (code: string): Error => Object.assign(new pg.DatabaseError('of a test', 9, 'error'), { code });

describe('an error of the database', () => {
  it.each([
    ['08006', 'connection failure'],
    ['25006', 'read-only after a fail-over'],
    ['26000', 'a pooler lost a prepared statement'],
    ['28P01', 'another password'],
    ['3D000', 'no such database'],
    ['3F000', 'no such schema'],
    ['40001', 'serialization failure'],
    ['40P01', 'deadlock'],
    ['42501', 'permission denied'],
    ['42703', 'a column of another version'],
    ['42883', 'a function of another version'],
    ['42P01', 'a table of another version'],
    ['42P05', 'a pooler kept a prepared statement'],
    ['53100', 'disk full'],
    ['53200', 'out of memory'],
    ['53300', 'too many connections'],
    ['55P03', 'lock timeout'],
    ['57014', 'cancelled by an administrator'],
    ['57P01', 'shut down'],
    ['57P03', 'starting up'],
    ['58030', 'input or output error'],
    ['F0000', 'configuration file'],
    ['XX001', 'data corrupted'],
    ['ZZ999', 'of a release to come'],
  ])('%s (%s) says that the database cannot be used now: 503', (code) => {
    expect(isDatabaseUnusable(failure(code))).toBe(true);
    expect(toAppError(failure(code))).toMatchObject({ status: 503, code: 'unavailable' });
  });

  it.each([
    ['22012', 'division by zero'],
    ['23505', 'unique violation'],
    ['25P02', 'a transaction that has failed'],
    ['42601', 'syntax error'],
    ['P0001', 'raised by a function'],
  ])('%s (%s) is a fault of the statement', (code) => {
    expect(isDatabaseUnusable(failure(code))).toBe(false);
    expect(toAppError(failure(code))).toMatchObject({ status: 500 });
  });

  it('is known by its class, not by what its code looks like', () => {
    expect(isDatabaseUnusable(Object.assign(new Error('EPERM'), { code: '53100' }))).toBe(true);
    expect(isDatabaseUnusable(Object.assign(new Error('no right'), { code: '42501' }))).toBe(false);
    expect(isDatabaseUnusable('53100')).toBe(false);
  });

  it('says so too where the process closes its connections', () => {
    expect(isDatabaseUnusable(new Error('Cannot use a pool after calling end on the pool'))).toBe(true);
  });
});

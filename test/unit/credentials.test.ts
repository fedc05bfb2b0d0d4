import { describe, expect, it } from 'vitest';
import { readCredentials } from '../../src/domain/credentials.ts';

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

describe('an Authorization header', () => {
  it.each([
    ['Bearer abc', { kind: 'token', token: 'abc' }],
    ['bearer abc', { kind: 'token', token: 'abc' }],
    ['BEARER  abc ', { kind: 'token', token: 'abc' }],
    [basic('a@b.example/token:xyz'), { kind: 'user-token', email: 'a@b.example', token: 'xyz' }],
    [basic('a@b.example:pass:word'), { kind: 'password', email: 'a@b.example', password: 'pass:word' }],
    [basic('ä@b.example:pässword'), { kind: 'password', email: 'ä@b.example', password: 'pässword' }],
    [basic('a@b.example:'), { kind: 'password', email: 'a@b.example', password: '' }],
  ])('%j is read', (header, credentials) => {
    expect(readCredentials(header)).toEqual(credentials);
  });

  it.each([
    '',
    'Basic',
    'Basic ',
    'Bearer ',
    'Digest x',
    basic('nocolon'),
    basic(':secret'),
    'Basic !!!',
    'Bearer a b',
  ])('%j is none', (header) => {
    expect(readCredentials(header)).toBeUndefined();
  });
});

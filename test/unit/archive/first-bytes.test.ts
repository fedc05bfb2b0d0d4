import { describe, expect, it } from 'vitest';
import { looksLikeZip } from '../../../src/domain/archive/first-bytes.ts';
import { buildZip } from '../../support/lying-zip.ts';

describe('looksLikeZip', () => {
  it.each([
    ['an archive', buildZip([{ name: 'a' }])],
    ['an archive without entries', buildZip([])],
    ['four bytes of an archive', buildZip([{ name: 'a' }]).subarray(0, 4)],
    ['bytes that are no Buffer', new Uint8Array([0x50, 0x4b, 3, 4, 0])],
  ])('is true for %s', (_, head) => {
    expect(looksLikeZip(head)).toBe(true);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['three bytes of an archive', buildZip([{ name: 'a' }]).subarray(0, 3)],
    ['a record of a central directory', Buffer.from('PK\x01\x02')],
    ['another archiver', Buffer.from('Rar!\x1a\x07')],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0])],
    ['an archive behind a byte', Buffer.concat([Buffer.of(0), buildZip([])])],
    ['text', Buffer.from('PK is not enough')],
  ])('is false for %s', (_, head) => {
    expect(looksLikeZip(head)).toBe(false);
  });
});

import { crc32, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { findKeys, packageFiles } from '../../support/package-files.ts';

const chunk = (name: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
};

const png = (width: number, height: number, before: Buffer[] = []): Buffer => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), ...before, chunk('IDAT', Buffer.from('x'))]);
};

const animation = chunk('acTL', Buffer.alloc(8));

describe('the banner', () => {
  test.each<[string, string | Buffer, string[]]>([
    ['of the right size', png(830, 200), []],
    ['twice as large', png(1660, 400), []],
    ['of another size', png(830, 400), ['banner.invalid_size']],
    ['that is nothing but a header', png(830, 200).subarray(0, 33), []],
    ['cut inside its size', png(830, 200).subarray(0, 20), ['banner.invalid_size']],
    ['cut before its header', png(830, 200).subarray(0, 12), ['banner.invalid_format']],
    ['that moves', png(830, 200, [animation]), ['banner.invalid_format']],
    ['with a remark', png(830, 200, [chunk('tEXt', Buffer.from('acTL'))]), []],
    ['that is a text', 'acTL', ['banner.invalid_format']],
    ['that is empty', '', ['banner.invalid_format']],
  ])('%s', async (_, banner, keys) => {
    expect((await findKeys(packageFiles({ 'assets/banner.png': banner }))).errors).toEqual(keys);
  });

  test('is looked at also when the manifest is missing', async () => {
    const files = packageFiles({ 'manifest.json': null, 'assets/banner.png': '' });
    expect((await findKeys(files)).errors).toEqual(['missing_manifest', 'banner.invalid_format']);
  });
});

describe('types that no package may hold', () => {
  const refused = ['unsupported_mime_type_detected'];
  test.each<[string, Record<string, string | Uint8Array>, string[]]>([
    ['by extension', { 'a.rar': 'x', 'b.7z': 'y' }, refused],
    ['by extension, in capitals', { 'a.PDF': 'x' }, []],
    ['by the last extension only', { 'a.zip.txt': 'x' }, []],
    ['a name that is an extension', { zip: 'x' }, []],
    ['a zip', { 'assets/a.txt': Buffer.from('504b0506' + '00'.repeat(18), 'hex') }, refused],
    ['a gzip', { 'assets/a.txt': gzipSync('hello') }, refused],
    ['a PDF', { 'assets/a.txt': '%PDF-1.7\n' }, refused],
    ['music', { 'assets/a.txt': 'ID3\0\0\0' }, refused],
    ['a film', { 'assets/a.txt': Buffer.from('000001ba44000400', 'hex') }, refused],
    ['other archives by content', { 'a.txt': 'Rar!\x1A\x07\0', 'b.txt': 'BZh91AY&SY' }, []],
    ['a script for a shell', { build: '#!/bin/sh\necho' }, []],
    ['text in UTF-16', { 'a.txt': Buffer.from('\uFEFFhello', 'utf16le') }, []],
    ['empty files', { 'a.txt': '' }, []],
    ['a folder that is not looked at', { 'tmp/a.pdf': 'x', '.git/a.pdf': 'x', 'assets/.a/b.pdf': 'x' }, []],
    ['the same folder elsewhere', { 'a/tmp/a.pdf': 'x' }, refused],
  ])('%s', async (_, files, keys) => {
    expect((await findKeys(packageFiles(files))).errors).toEqual(keys);
  });
});

test.each<[string, string[]]>([
  ['assets/a.js', ['invalid_encoding']],
  ['assets/a.jsx', ['invalid_encoding']],
  ['a.xml', ['invalid_encoding']],
  ['assets/a.svg', ['invalid_encoding']],
  ['requirements.json', ['invalid_encoding']],
  ['assets/a.css', []],
])('%s with bytes that are no text', async (path, keys) => {
  expect((await findKeys(packageFiles({ [path]: Buffer.from([0x61, 0xff, 0xfe]) }))).errors).toEqual(keys);
});

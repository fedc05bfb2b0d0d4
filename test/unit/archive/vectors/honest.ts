import { crc32, deflateRawSync } from 'node:zlib';
import {
  buildZip,
  extraField,
  type LyingEntry,
  uint16,
  uint32,
  uint64,
  unicodePath,
} from '../../../support/lying-zip.ts';

/** An archive that is unusual and in order: it must give exactly these files. */
export interface HonestVector {
  why: string;
  archive: Buffer;
  files: Record<string, string | Buffer>;
}

const text = 'hello '.repeat(50);
const sentinel = 0xffffffff;
const times = extraField(0x5455, Buffer.concat([Buffer.of(3), uint32(1_700_000_000), uint32(1_700_000_000)]));

/** @param path what becomes of its name. */
const one = (why: string, entry: LyingEntry, path = entry.name.toString()): HonestVector => ({
  why,
  archive: buildZip([{ name: 'first.txt', content: 'first' }, entry, { name: 'last.txt', content: 'last' }]),
  files: {
    'first.txt': 'first',
    'last.txt': 'last',
    ...(path.endsWith('/') ? {} : { [path]: entry.content ?? '' }),
  },
});

const file: LyingEntry = { name: 'a.txt', content: text, deflate: true };
const deflatedBytes = deflateRawSync(text).length;

/** As Python streams it: the sizes are in the descriptor only, with 64 bits. */
const zip64Streamed: LyingEntry = {
  ...file,
  local: { compressedBytes: sentinel, expandedBytes: sentinel, version: 45 },
  localExtra: extraField(1, uint64(0, 0)),
};

/** Folders stored, files deflated with descriptors, made on Unix by version 4.5, no UTF-8 flag on plain names. */
const asTheCliWrites = buildZip(
  [
    { name: 'assets/' },
    { name: 'assets/iframe.html', content: text, deflate: true, descriptor: 'signed' as const },
    { name: 'assets/empty.css', content: '', deflate: true, descriptor: 'signed' as const },
    { name: 'manifest.json', content: '{}', deflate: true, descriptor: 'signed' as const },
    { name: 'translations/' },
    { name: 'translations/ja é.json', content: '{}', deflate: true, descriptor: 'signed' as const, utf8: true },
  ].map((entry) => ({
    utf8: false,
    ...entry,
    local: { version: entry.name.endsWith('/') ? 10 : 20 },
    central: { madeBy: 0x032d, version: entry.name.endsWith('/') ? 10 : 20 },
  })),
);

/** `assets/Größe.js` in code page 850, as WinRAR and 7-Zip on Windows write it. */
const inCodePage = Buffer.from('assets/Gr\x94\xE1e.js', 'latin1');
const translated: LyingEntry = {
  ...file,
  name: inCodePage,
  utf8: false,
  extra: unicodePath('assets/Größe.js', inCodePage),
};
const stored: LyingEntry = { ...file, deflate: false };

const twoFiles: LyingEntry[] = [{ name: 'b.txt', content: 'b' }, file];
const innerZip = buildZip(twoFiles);
const inTwoFiles = { 'a.txt': text, 'b.txt': 'b' };

export const honestVectors: HonestVector[] = [
  {
    why: "as the vendor's CLI writes it",
    archive: asTheCliWrites,
    files: {
      'assets/iframe.html': text,
      'assets/empty.css': '',
      'manifest.json': '{}',
      'translations/ja é.json': '{}',
    },
  },
  { why: 'no entries at all', archive: buildZip([]), files: {} },
  { why: 'a comment', archive: buildZip(twoFiles, { comment: Buffer.from('made by hand') }), files: inTwoFiles },
  {
    why: 'the longest comment',
    archive: buildZip(twoFiles, { comment: Buffer.alloc(0xffff, 0x50) }),
    files: inTwoFiles,
  },
  one('a descriptor with signature', { ...file, descriptor: 'signed' }),
  one('a descriptor without signature', { ...file, descriptor: 'unsigned' }),
  one('a ZIP64 descriptor with signature', { ...zip64Streamed, descriptor: 'signed64' }),
  one('a ZIP64 descriptor without signature', { ...zip64Streamed, descriptor: 'unsigned64' }),
  one('a descriptor after a stored entry, and the same in the local header', {
    ...file,
    deflate: false,
    descriptor: 'signed',
    local: { crc32: crc32(text), compressedBytes: text.length, expandedBytes: text.length },
  }),
  one('a ZIP64 descriptor after an empty file', {
    ...zip64Streamed,
    content: '',
    deflate: false,
    descriptor: 'signed64',
  }),
  one('a descriptor after an empty file', { name: 'empty.txt', descriptor: 'unsigned' }),
  one('a descriptor, and the same in the local header', {
    ...file,
    descriptor: 'signed',
    local: { crc32: crc32(text), compressedBytes: deflatedBytes, expandedBytes: text.length },
  }),
  one('a stored entry', { ...file, deflate: false }),
  one('a stored entry whose size only the descriptor has', { ...stored, descriptor: 'signed' }),
  one('the same without signature', { ...stored, descriptor: 'unsigned' }),
  one('a stored entry with one of its sizes in the local header', {
    ...stored,
    descriptor: 'signed',
    local: { expandedBytes: text.length },
  }),
  one('a stored entry whose size only a ZIP64 descriptor has', {
    ...zip64Streamed,
    deflate: false,
    descriptor: 'signed64',
  }),
  one('a stored zip whose size only the descriptor has', {
    name: 'inner.zip',
    content: buildZip([{ name: 'evil.txt', content: 'evil', descriptor: 'signed' }]),
    descriptor: 'signed',
  }),
  one('a ZIP64 descriptor after an ordinary local header, as Azure and yazl write it', {
    ...file,
    descriptor: 'signed64',
    central: { compressedBytes: sentinel, expandedBytes: sentinel },
    extra: extraField(1, uint64(text.length, deflatedBytes)),
  }),
  one('the same without signature', { ...file, descriptor: 'unsigned64' }),
  one('a ZIP64 extra field that no size refers to, with a ZIP64 descriptor', {
    ...file,
    descriptor: 'signed64',
    localExtra: extraField(1, uint64(0, 0)),
  }),
  one('a ZIP64 extra field with the sizes that the descriptor has', {
    ...zip64Streamed,
    descriptor: 'signed64',
    localExtra: extraField(1, uint64(text.length, deflatedBytes)),
  }),
  one('a name in UTF-8 without the flag, as macOS writes it', { ...file, name: 'assets/Gro\u0308ße.js', utf8: false }),
  one('the same with a Unicode-path field', {
    ...file,
    name: 'é.txt',
    utf8: false,
    extra: unicodePath('é.txt'),
    localExtra: unicodePath('é.txt'),
  }),
  one(
    'a name in a code page with a Unicode-path field',
    { ...translated, localExtra: translated.extra! },
    'assets/Größe.js',
  ),
  one('the same with the field in the directory only', translated, 'assets/Größe.js'),
  one('a name with ./ in front', { ...file, name: './a/b.txt' }, 'a/b.txt'),
  {
    why: 'a folder as `tar -a` packs it',
    archive: buildZip([
      { name: './' },
      { name: './a/' },
      { name: './a/b.txt', content: 'b' },
      { name: './c', content: 'c' },
    ]),
    files: { 'a/b.txt': 'b', c: 'c' },
  },
  ...[1, 22, 512, 10_240, 0xffff].map((length) => ({
    why: `${length} zeros after the end`,
    archive: buildZip(twoFiles, { suffix: Buffer.alloc(length) }),
    files: inTwoFiles,
  })),
  {
    why: 'zeros after a comment that ends with zeros',
    archive: buildZip(twoFiles, { comment: Buffer.from('hi\0\0'), suffix: Buffer.alloc(100) }),
    files: inTwoFiles,
  },
  one('an empty file', { name: 'empty.txt' }),
  one('an empty file that is deflated', { name: 'empty.txt', deflate: true }),
  one('a folder of its own', { name: 'folder/' }),
  one('a folder as Java writes it', { name: 'folder/', deflate: true, descriptor: 'signed', attributes: 0 }),
  one('a folder as Python writes it', { name: 'folder/', data: Buffer.alloc(0), deflate: true }),
  one('a folder below another', { name: 'a/b/c/' }),
  one('a name in UTF-8', { ...file, name: 'übersetzung/日本語 😀.json' }),
  one('a name in UTF-8 and in a Unicode-path field', { ...file, name: 'é.txt', extra: unicodePath('é.txt') }),
  one('a plain name without the UTF-8 flag', { ...file, utf8: false }),
  one('a plain name with the UTF-8 flag in the directory only', { ...file, local: { flags: 0 } }),
  one('names that are odd and safe', { ...file, name: '.github/-a b..c~1/constructor/__proto__' }),
  one('a name of the greatest length', { ...file, name: `${'a'.repeat(255)}/${'é'.repeat(127)}` }),
  one('a path of the greatest depth', { ...file, name: `${'a/'.repeat(31)}b` }),
  one('times and owners in extra fields', { ...file, extra: times.subarray(0, 13), localExtra: times }),
  one('an empty extra field of a jar', { ...file, extra: Buffer.concat([uint16(0xcafe), uint16(0)]) }),
  one('a comment of an entry', { ...file, comment: Buffer.from('a comment, \x80 in any code page') }),
  one('a level of compression in the flags', { ...file, flags: 0x0006, local: { flags: 0x0800 } }),
  one('made on DOS, without a mode', { ...file, attributes: 0x20, central: { madeBy: 0x0014 } }),
  one('made on Windows by adm-zip, with a mode', { ...file, central: { madeBy: 0x0a14 } }),
  one('other times in the local header', { ...file, local: { time: 0, date: 0, version: 10 } }),
  one('a zip in a zip, stored', { name: 'inner.zip', content: innerZip }),
  { why: 'a ZIP64 end record', archive: buildZip(twoFiles, { zip64: true }), files: inTwoFiles },
  {
    why: 'a ZIP64 end record and the true numbers in the end record',
    archive: buildZip(twoFiles, {
      zip64: true,
      end: { entriesOnDisk: 2, entryCount: 2, disk: 0xffff, directoryDisk: 0xffff },
      comment: Buffer.from('!'),
    }),
    files: inTwoFiles,
  },
  one('ZIP64 sizes in both headers', {
    ...file,
    central: { compressedBytes: sentinel, expandedBytes: sentinel },
    extra: extraField(1, uint64(text.length, deflatedBytes)),
    local: { compressedBytes: sentinel, expandedBytes: sentinel },
    localExtra: extraField(1, uint64(text.length, deflatedBytes)),
  }),
  one('the ZIP64 expanded size only', {
    ...file,
    central: { expandedBytes: sentinel },
    extra: extraField(1, uint64(text.length)),
  }),
  one('the ZIP64 compressed size only, which adm-zip alone takes for another', {
    ...file,
    central: { compressedBytes: sentinel },
    extra: extraField(1, uint64(deflatedBytes)),
  }),
  one('the ZIP64 offset only, which adm-zip alone does not find', {
    ...file,
    central: { offset: sentinel },
    extra: extraField(1, uint64(30 + 'first.txt'.length + 'first'.length)),
  }),
  one('the ZIP64 disk', { ...file, central: { disk: 0xffff }, extra: extraField(1, uint32(0)) }),
  one('all ZIP64 fields, as yazl and Go write them', {
    ...file,
    central: { compressedBytes: sentinel, expandedBytes: sentinel, offset: sentinel },
    extra: extraField(1, uint64(text.length, deflatedBytes, 30 + 'first.txt'.length + 'first'.length)),
  }),
  one('ZIP64 fields that repeat the header', { ...file, extra: extraField(1, uint64(text.length, deflatedBytes)) }),
  {
    why: 'a directory in another order than the entries',
    archive: buildZip([
      { name: 'b.txt', content: 'bb', only: 'local' },
      { name: 'a.txt', content: 'aa' },
      { name: 'b.txt', content: 'bb', only: 'central', central: { offset: 0 } },
    ]),
    files: { 'a.txt': 'aa', 'b.txt': 'bb' },
  },
];

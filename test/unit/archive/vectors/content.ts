import { deflateRawSync } from 'node:zlib';
import { buildZip, uint32, uint64 } from '../../../support/lying-zip.ts';
import { hostile, lyingEntry, manifest } from './hostile-vector.ts';

const text = 'hello '.repeat(100);
const deflated = deflateRawSync(text);
const file = { name: 'a.txt', content: text, deflate: true };
const both = (field: 'expandedBytes' | 'crc32' | 'method', lie: (truth: number) => number) => ({
  local: { [field]: lie },
  central: { [field]: lie },
});

export const contentVectors = [
  lyingEntry('encrypted', 'archive_entry_encrypted', { ...file, flags: 0x0001 }),
  lyingEntry('strongly encrypted', 'archive_entry_encrypted', { ...file, flags: 0x0041 }),
  lyingEntry('with masked headers', 'archive_entry_encrypted', { ...file, flags: 0x2000 }),
  lyingEntry('compressed patched data', 'archive_entry_flags_unknown', { ...file, flags: 0x0020 }),
  lyingEntry('a flag without a meaning', 'archive_entry_flags_unknown', { ...file, flags: 0x8000 }),
  lyingEntry('deflate64', 'archive_entry_method_unsupported', { ...file, ...both('method', () => 9) }),
  lyingEntry('bzip2', 'archive_entry_method_unsupported', { ...file, ...both('method', () => 12) }),
  lyingEntry('zstandard', 'archive_entry_method_unsupported', { ...file, ...both('method', () => 93) }),
  lyingEntry('AES', 'archive_entry_method_unsupported', { ...file, ...both('method', () => 99) }),
  lyingEntry('more bytes than declared', 'archive_entry_size_wrong', {
    ...file,
    ...both('expandedBytes', (n) => n - 1),
  }),
  lyingEntry('fewer bytes than declared', 'archive_entry_size_wrong', {
    ...file,
    ...both('expandedBytes', (n) => n + 1),
  }),
  lyingEntry('a bomb that declares one byte', 'archive_entry_size_wrong', {
    ...file,
    data: deflateRawSync(Buffer.alloc(16 * 1024 * 1024)),
    ...both('expandedBytes', () => 1),
  }),
  lyingEntry('a bomb that declares nothing', 'archive_entry_size_wrong', {
    name: 'a.txt',
    deflate: true,
    data: deflateRawSync(Buffer.alloc(16 * 1024 * 1024)),
  }),
  lyingEntry('stored, with other sizes before and after', 'archive_entry_size_wrong', {
    ...file,
    deflate: false,
    ...both('expandedBytes', (n) => n + 1),
  }),
  lyingEntry('another CRC', 'archive_entry_crc_wrong', { ...file, ...both('crc32', (n) => n ^ 1) }),
  lyingEntry('another CRC, stored', 'archive_entry_crc_wrong', {
    ...file,
    deflate: false,
    ...both('crc32', (n) => ~n),
  }),
  lyingEntry('another CRC, with a descriptor', 'archive_entry_crc_wrong', {
    ...file,
    descriptor: 'signed',
    descriptorLies: { crc32: 1 },
    central: { crc32: 1 },
  }),
  lyingEntry('a CRC of nothing that is not zero', 'archive_entry_crc_wrong', {
    name: 'empty.txt',
    ...both('crc32', () => 1),
  }),
  lyingEntry('no deflate stream', 'archive_entry_corrupt', { ...file, data: Buffer.from('this is no deflate stream') }),
  lyingEntry('a deflate stream cut short', 'archive_entry_corrupt', { ...file, data: deflated.subarray(0, -2) }),
  lyingEntry('a deflate stream of no bytes', 'archive_entry_corrupt', {
    name: 'a.txt',
    data: Buffer.alloc(0),
    deflate: true,
  }),
  lyingEntry('a byte behind the deflate stream', 'archive_entry_trailing_data', {
    ...file,
    data: Buffer.concat([deflated, Buffer.of(0)]),
  }),
  lyingEntry('a descriptor and an entry behind the deflate stream', 'archive_entry_trailing_data', {
    ...file,
    data: Buffer.concat([deflated, Buffer.alloc(16), buildZip([{ name: 'evil.txt', content: 'evil' }])]),
    descriptor: 'signed',
  }),
  lyingEntry('a folder with stored content', 'archive_folder_with_content', { name: 'folder/', content: 'hidden' }),
  lyingEntry('a folder with deflated content', 'archive_folder_with_content', {
    name: 'folder/',
    content: text,
    deflate: true,
  }),
  lyingEntry('a folder with two bytes that are no empty stream', 'archive_folder_with_content', {
    name: 'folder/',
    data: Buffer.from('hi'),
    deflate: true,
  }),
  hostile(
    'a ZIP64 directory in the data of an entry, which adm-zip finds by searching',
    'archive_readers_disagree',
    hiddenDirectory(),
  ),
];

/**
 * adm-zip takes the four bytes of a locator's signature anywhere in the last 20 bytes of the directory for a locator, and
 * then searches backwards for the signature of a ZIP64 record.
 */
function hiddenDirectory(): Buffer {
  const evil = buildZip([{ name: 'evil.txt', content: 'evil' }]);
  const record = Buffer.concat([
    uint32(0x06064b50),
    uint64(44),
    Buffer.alloc(12),
    uint64(1, 1, 54, 30 + 'hidden.bin'.length + evil.indexOf('PK\x01\x02')),
  ]);
  return buildZip([
    { name: 'hidden.bin', content: Buffer.concat([evil, record]) },
    { ...manifest, comment: Buffer.from('PK\x06\x07....') },
  ]);
}

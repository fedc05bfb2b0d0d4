import type { ArchiveKey } from '../../../../src/domain/archive/archive-keys.ts';
import { extraField, type LyingEntry, uint64 } from '../../../support/lying-zip.ts';
import { lyingEntry, page } from './hostile-vector.ts';

const lying = (why: string, key: ArchiveKey, lies: Partial<LyingEntry>) => lyingEntry(why, key, { ...page, ...lies });

const sentinel = 0xffffffff;
/** A local header that leaves its sizes to a descriptor of 64 bits. */
const zip64Streamed: Partial<LyingEntry> = {
  local: { compressedBytes: sentinel, expandedBytes: sentinel },
  localExtra: extraField(1, uint64(0, 0)),
};
const storedText: LyingEntry = { name: 'a.txt', content: 'hello' };

export const localHeaderVectors = [
  lying('another name in the local header', 'archive_local_name_differs', { localName: 'assets/evil7.html' }),
  lying('a longer name in the local header', 'archive_local_name_differs', { localName: 'assets/index.html.exe' }),
  lying('no name in the local header', 'archive_local_name_differs', { localName: '' }),
  lying('another case in the local header', 'archive_local_name_differs', { localName: 'assets/Index.html' }),
  lying('another method in the local header', 'archive_local_method_differs', { local: { method: 0 } }),
  lying('an unknown method in the local header', 'archive_local_method_differs', { local: { method: 99 } }),
  lying('another expanded size in the local header', 'archive_local_size_differs', {
    local: { expandedBytes: (n) => n + 1 },
  }),
  lying('another compressed size in the local header', 'archive_local_size_differs', {
    local: { compressedBytes: (n) => n - 1 },
  }),
  lying('no sizes in the local header, without a descriptor', 'archive_local_size_differs', {
    local: { compressedBytes: 0, expandedBytes: 0 },
  }),
  lying('another CRC in the local header', 'archive_local_crc_differs', { local: { crc32: (n) => n ^ 1 } }),
  lying('no CRC in the local header, without a descriptor', 'archive_local_crc_differs', { local: { crc32: 0 } }),
  lying('encrypted by the local header only', 'archive_local_flags_differ', { local: { flags: 0x0801 } }),
  lying('a descriptor by the local header only', 'archive_local_flags_differ', { local: { flags: 0x0808 } }),
  lying('a descriptor by the directory only', 'archive_local_flags_differ', {
    descriptor: 'signed',
    local: { flags: 0x0800 },
  }),
  lying('UTF-8 by the directory only', 'archive_local_flags_differ', { name: 'é.html', local: { flags: 0 } }),

  lying('a descriptor, and another size in the local header', 'archive_local_size_differs', {
    descriptor: 'signed',
    local: { expandedBytes: 1 },
  }),
  lying('a descriptor, and another CRC in the local header', 'archive_local_crc_differs', {
    descriptor: 'signed',
    local: { crc32: 1 },
  }),
  lying('a descriptor with another CRC', 'archive_descriptor_differs', {
    descriptor: 'signed',
    descriptorLies: { crc32: (n) => n ^ 1 },
  }),
  lying('a descriptor without signature, with another CRC', 'archive_descriptor_differs', {
    descriptor: 'unsigned',
    descriptorLies: { crc32: (n) => n ^ 1 },
  }),
  lying('a descriptor with another expanded size', 'archive_descriptor_differs', {
    descriptor: 'signed',
    descriptorLies: { expandedBytes: 0 },
  }),
  lying('a ZIP64 descriptor with another compressed size', 'archive_descriptor_differs', {
    ...zip64Streamed,
    descriptor: 'signed64',
    descriptorLies: { compressedBytes: (n) => n + 2 ** 32 },
  }),
  lying('a ZIP64 descriptor without signature, with another expanded size', 'archive_descriptor_differs', {
    ...zip64Streamed,
    descriptor: 'unsigned64',
    descriptorLies: { expandedBytes: (n) => n + 2 ** 32 },
  }),
  lying('a descriptor whose CRC looks like its signature', 'archive_descriptor_differs', {
    descriptor: 'unsigned',
    descriptorLies: { crc32: 0x08074b50 },
    central: { crc32: 0x08074b50 },
    local: { crc32: 0x08074b50 },
  }),
  lying('a descriptor with another signature', 'archive_descriptor_differs', {
    flags: 0x0008,
    after: Buffer.from('PK\x03\x04............'),
  }),
  lying('no descriptor where one is announced', 'archive_descriptor_missing', { flags: 0x0008 }),
  lying('half a descriptor', 'archive_descriptor_missing', { flags: 0x0008, after: Buffer.alloc(8) }),
  lying('bytes behind the descriptor', 'archive_bytes_between_entries', {
    ...zip64Streamed,
    descriptor: 'signed64',
    after: Buffer.from('hidden'),
  }),
  lying('a byte behind the descriptor', 'archive_bytes_between_entries', { descriptor: 'signed', after: Buffer.of(0) }),
  lying('four bytes behind the descriptor, so that it is as long as another kind', 'archive_descriptor_differs', {
    descriptor: 'signed',
    after: Buffer.alloc(4),
  }),

  // A reader that streams goes by the local header, and would look for the next entry eight bytes further on.
  lying('an ordinary descriptor after a ZIP64 local header', 'archive_descriptor_width_differs', {
    ...zip64Streamed,
    descriptor: 'signed',
  }),
  lying('the same without its signature', 'archive_descriptor_width_differs', {
    ...zip64Streamed,
    descriptor: 'unsigned',
  }),
  lying(
    'a ZIP64 extra field that one size refers to, with an ordinary descriptor',
    'archive_descriptor_width_differs',
    {
      descriptor: 'signed',
      local: { expandedBytes: sentinel },
      localExtra: extraField(1, uint64(0, 0)),
    },
  ),
  lyingEntry('a ZIP64 extra field with other sizes than the descriptor has', 'archive_zip64_extra_wrong', {
    ...storedText,
    ...zip64Streamed,
    descriptor: 'signed64',
    localExtra: extraField(1, uint64(5, 6)),
  }),
  lyingEntry(
    'a stored entry with another size in the local header than in the descriptor',
    'archive_local_size_differs',
    {
      ...storedText,
      descriptor: 'signed',
      local: { expandedBytes: 4 },
    },
  ),
  lyingEntry('a stored entry whose descriptor has another size', 'archive_descriptor_differs', {
    ...storedText,
    descriptor: 'signed',
    descriptorLies: { expandedBytes: 4 },
  }),
];

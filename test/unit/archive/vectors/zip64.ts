import { buildZip, extraField, type LyingEntry, uint32, uint64 } from '../../../support/lying-zip.ts';
import { hostile, type HostileVector, lyingEnd, lyingEntry } from './hostile-vector.ts';

const content = 'hello zip64';
const bytes = content.length;
const sentinel = 0xffffffff;
const sizesInExtra: LyingEntry['central'] = { compressedBytes: sentinel, expandedBytes: sentinel };
const key = 'archive_zip64_extra_wrong';

const withExtra = (why: string, data: Buffer, central: LyingEntry['central']) =>
  lyingEntry(why, key, { name: 'a.txt', content, extra: extraField(0x0001, data), central: central ?? {} });

const withLocalExtra = (why: string, data: Buffer, local: LyingEntry['local']) =>
  lyingEntry(why, key, { name: 'a.txt', content, localExtra: extraField(0x0001, data), local: local ?? {} });

export const zip64Vectors: HostileVector[] = [
  lyingEnd('a locator that points a byte further on', 'archive_zip64_locator_wrong', {
    zip64: true,
    locator: { recordOffset: (at) => at + 1 },
  }),
  lyingEnd('a locator that points behind the end', 'archive_zip64_locator_wrong', {
    zip64: true,
    locator: { recordOffset: 2 ** 62 },
  }),
  lyingEnd('a record without its signature', 'archive_zip64_locator_wrong', {
    zip64: true,
    zip64End: { signature: 0 },
  }),
  lyingEnd('bytes between record and locator', 'archive_zip64_locator_wrong', {
    zip64: true,
    beforeLocator: Buffer.alloc(8),
  }),
  lyingEnd('a record that states a wrong length', 'archive_zip64_locator_wrong', {
    zip64: true,
    zip64End: { recordBytes: 2 ** 40 },
  }),
  lyingEnd('extensible data', 'archive_zip64_extensible_data', { zip64: true, zip64Data: Buffer.alloc(10) }),
  hostile(
    'a locator at the end of the directory, made of a comment',
    'archive_zip64_locator_wrong',
    buildZip([{ name: 'a.txt', comment: Buffer.concat([uint32(0x07064b50), Buffer.alloc(16)]) }]),
  ),
  lyingEnd('another count in the end record', 'archive_zip64_contradicts', { zip64: true, end: { entryCount: 1 } }),
  lyingEnd('another count on this disk in the end record', 'archive_zip64_contradicts', {
    zip64: true,
    end: { entriesOnDisk: 1 },
  }),
  lyingEnd('another directory size in the end record', 'archive_zip64_contradicts', {
    zip64: true,
    end: { directoryBytes: 46 },
  }),
  lyingEnd('another directory offset in the end record', 'archive_zip64_contradicts', {
    zip64: true,
    end: { directoryOffset: 0 },
  }),
  lyingEnd('another disk in the end record', 'archive_zip64_contradicts', { zip64: true, end: { disk: 1 } }),
  lyingEnd('another directory disk in the end record', 'archive_zip64_contradicts', {
    zip64: true,
    end: { directoryDisk: 1 },
  }),
  lyingEnd('two disks in the locator', 'archive_multi_disk', { zip64: true, locator: { disks: 2 } }),
  lyingEnd('the record on disk 1', 'archive_multi_disk', { zip64: true, locator: { disk: 1 } }),
  lyingEnd('the ZIP64 record of disk 1', 'archive_multi_disk', { zip64: true, zip64End: { disk: 1 } }),
  lyingEnd('another count on this disk in the ZIP64 record', 'archive_entry_count_wrong', {
    zip64: true,
    zip64End: { entriesOnDisk: 1 },
  }),
  lyingEnd('65,536 entries more than there are', 'archive_too_many_entries', {
    zip64: true,
    zip64End: { entryCount: (n) => n + 65_536, entriesOnDisk: (n) => n + 65_536 },
  }),
  lyingEnd('a directory of 2^63 bytes', 'archive_directory_size_wrong', {
    zip64: true,
    zip64End: { directoryBytes: 2 ** 63 },
  }),

  lyingEntry('sentinels but no extra field', key, { name: 'a.txt', content, central: sizesInExtra }),
  withExtra('an extra field that is too short', uint64(bytes), sizesInExtra),
  withExtra('an extra field with bytes to spare', Buffer.concat([uint64(bytes, bytes), Buffer.alloc(3)]), sizesInExtra),
  withExtra('an extra field with another size than the header', uint64(bytes + 1), {}),
  withExtra('an extra field with another offset than the header', uint64(bytes, bytes, 1), {}),
  withExtra('two sizes where one is needed, which two readers read differently', uint64(bytes - 1, bytes), {
    compressedBytes: sentinel,
  }),
  withExtra('another disk than the header', Buffer.concat([uint64(bytes, bytes, 59), uint32(1)]), {}),
  lyingEntry('two ZIP64 extra fields', key, {
    name: 'a.txt',
    content,
    extra: Buffer.concat([extraField(1, uint64(bytes, bytes)), extraField(1, uint64(1, 1))]),
    central: sizesInExtra,
  }),
  lyingEntry('disk 1 by the extra field', 'archive_multi_disk', {
    name: 'a.txt',
    content,
    extra: extraField(1, uint32(1)),
    central: { disk: 0xffff },
  }),
  {
    why: '4 EiB by the extra field',
    keys: ['archive_entry_too_large', 'archive_expands_too_much'],
    archive: buildZip([
      {
        name: 'a.txt',
        data: Buffer.from(content),
        deflate: true,
        extra: extraField(1, uint64(2 ** 62)),
        central: { expandedBytes: sentinel, crc32: 1 },
        local: { expandedBytes: sentinel, crc32: 1 },
        localExtra: extraField(1, uint64(2 ** 62, bytes)),
      },
    ]),
  },

  withLocalExtra('a local extra field with another size', uint64(bytes + 1, bytes), sizesInExtra),
  withLocalExtra('a local extra field with another compressed size', uint64(bytes, bytes + 1), sizesInExtra),
  withLocalExtra('a local extra field with one size only', uint64(bytes), sizesInExtra),
  withLocalExtra('a local extra field that contradicts its header', uint64(1, 1), {}),
  lyingEntry('local sentinels but no extra field', key, { name: 'a.txt', content, local: sizesInExtra }),
  lyingEntry('two local ZIP64 extra fields', key, {
    name: 'a.txt',
    content,
    localExtra: Buffer.concat([extraField(1, uint64(bytes, bytes)), extraField(1, uint64(bytes, bytes))]),
  }),
];

import { buildZip, extraField, uint16 } from '../../../support/lying-zip.ts';
import { hostile, lyingEnd, lyingEntry, manifest, page } from './hostile-vector.ts';

export const centralDirectoryVectors = [
  hostile(
    'a record without its signature',
    'archive_directory_record_unknown',
    buildZip([manifest, { ...page, central: { signature: 0x08064b50 } }]),
  ),
  hostile(
    'a name that reaches beyond the directory',
    'archive_directory_cut',
    buildZip([manifest, { ...page, central: { nameBytes: 0xffff } }]),
  ),
  hostile(
    'a comment that reaches beyond the directory',
    'archive_directory_cut',
    buildZip([manifest, { ...page, central: { commentBytes: 1 } }]),
  ),
  hostile(
    'a comment that swallows the next record',
    'archive_entry_count_wrong',
    buildZip([{ ...page, central: { commentBytes: 46 + 'manifest.json'.length } }, manifest]),
  ),
  lyingEnd('less than a record at the end of the directory', 'archive_directory_cut', {
    beforeEnd: Buffer.from('PK\x01\x02 hidden'),
    end: { directoryBytes: (n) => n + 11, entriesOnDisk: 3, entryCount: 3 },
  }),
  lyingEnd('bytes at the end of the directory', 'archive_directory_record_unknown', {
    beforeEnd: Buffer.from('hidden'),
    end: { directoryBytes: (n) => n + 6 },
  }),
  lyingEntry('an extra field longer than its block', 'archive_extra_field_cut', {
    name: 'a.txt',
    extra: extraField(0x5455, Buffer.alloc(5), 6),
  }),
  lyingEntry('half a header of an extra field', 'archive_extra_field_cut', { name: 'a.txt', extra: uint16(0x5455) }),
  lyingEntry('an extra field cut short in the local header', 'archive_extra_field_cut', {
    name: 'a.txt',
    localExtra: extraField(0x5455, Buffer.alloc(5), 0xffff),
  }),
  lyingEntry('three bytes of padding in the local header', 'archive_extra_field_cut', {
    name: 'a.txt',
    localExtra: Buffer.alloc(3),
  }),
];

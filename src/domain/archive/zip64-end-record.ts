import { ArchiveRefusal } from './archive-problem.ts';
import type { ClassicEndRecord, EndRecord } from './end-record.ts';
import { hasSignature, readUint64, recordBytes, sentinel16, sentinel32, signatures } from './zip-format.ts';

/** Bytes of the ZIP64 end record that its own size field does not count: the signature and the size field. */
const uncounted = 12;

/**
 * Reads the ZIP64 end record of an archive that has a locator in front of its end record. Some readers follow the
 * locator, some search backwards, and some look at neither: record, locator and end record must lie side by side and
 * say the same.
 * @throws ArchiveRefusal
 */
export const readZip64EndRecord = (bytes: Buffer, classic: ClassicEndRecord): EndRecord => {
  const locatorAt = classic.at - recordBytes.zip64Locator;
  const recordAt = findRecord(bytes, locatorAt);
  const end = {
    disk: bytes.readUInt32LE(recordAt + 16),
    directoryDisk: bytes.readUInt32LE(recordAt + 20),
    entriesOnDisk: readUint64(bytes, recordAt + 24),
    entryCount: readUint64(bytes, recordAt + 32),
    directoryBytes: readUint64(bytes, recordAt + 40),
    directoryOffset: readUint64(bytes, recordAt + 48),
  };
  const disks = [bytes.readUInt32LE(locatorAt + 4), end.disk, end.directoryDisk];
  if (disks.some((disk) => disk !== 0) || bytes.readUInt32LE(locatorAt + 16) !== 1)
    throw new ArchiveRefusal('archive_multi_disk');
  if (end.entriesOnDisk !== end.entryCount)
    throw new ArchiveRefusal('archive_entry_count_wrong', undefined, { found: end.entryCount });
  const agrees =
    [sentinel16, end.disk].includes(classic.disk) &&
    [sentinel16, end.directoryDisk].includes(classic.directoryDisk) &&
    [sentinel16, end.entriesOnDisk].includes(classic.entriesOnDisk) &&
    [sentinel16, end.entryCount].includes(classic.entryCount) &&
    [sentinel32, end.directoryBytes].includes(classic.directoryBytes) &&
    [sentinel32, end.directoryOffset].includes(classic.directoryOffset);
  if (!agrees) throw new ArchiveRefusal('archive_zip64_contradicts');
  return end;
};

const findRecord = (bytes: Buffer, locatorAt: number): number => {
  const recordAt = readUint64(bytes, locatorAt + 8);
  if (recordAt + recordBytes.zip64EndRecord > locatorAt || !hasSignature(bytes, recordAt, signatures.zip64EndRecord))
    throw new ArchiveRefusal('archive_zip64_locator_wrong');
  const recordEnd = recordAt + uncounted + readUint64(bytes, recordAt + 4);
  if (recordEnd !== locatorAt) throw new ArchiveRefusal('archive_zip64_locator_wrong');
  if (recordEnd - recordAt !== recordBytes.zip64EndRecord) throw new ArchiveRefusal('archive_zip64_extensible_data');
  return recordAt;
};

import type AdmZip from 'adm-zip';
import { inflateRawSync } from 'node:zlib';
import type { ArchiveEntry } from './archive-entry.ts';
import type { ArchiveKey } from './archive-keys.ts';
import { ArchiveRefusal } from './archive-problem.ts';
import { methods } from './zip-format.ts';

/**
 * Inflates one entry of an archive that was inspected, with adm-zip, which stops at the declared size and checks the CRC.
 * @throws ArchiveRefusal if the content is not what the archive declares
 */
export const inflateEntry = (bytes: Buffer, entry: ArchiveEntry, zipEntry: AdmZip.IZipEntry): Buffer => {
  // adm-zip takes ZIP64 fields from fixed places; ours are checked, so that it reads exactly what was inspected.
  zipEntry.header.offset = entry.offset;
  zipEntry.header.compressedSize = entry.compressedBytes;
  zipEntry.header.size = entry.expandedBytes;
  const name = Buffer.from(entry.path);
  const data = getData(zipEntry, name);
  if (data.length !== entry.expandedBytes) throw new ArchiveRefusal('archive_entry_size_wrong', name);
  if (entry.method === methods.deflated) {
    const start = zipEntry.header.realDataOffset;
    const compressed = bytes.subarray(start, start + entry.compressedBytes);
    if (deflateStreamBytes(compressed, entry.expandedBytes) !== compressed.length)
      throw new ArchiveRefusal('archive_entry_trailing_data', name);
  }
  return data;
};

const getData = (zipEntry: AdmZip.IZipEntry, name: Buffer): Buffer => {
  try {
    return zipEntry.getData();
  } catch (error) {
    throw new ArchiveRefusal(keyOf(error), name);
  }
};

/** adm-zip's own words are not passed on: it repeats the name of the first entry that ever failed in this process. */
const keyOf = (error: unknown): ArchiveKey => {
  if (!(error instanceof Error)) return 'archive_entry_corrupt';
  if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') return 'archive_entry_size_wrong';
  return error.message.includes('CRC32') ? 'archive_entry_crc_wrong' : 'archive_entry_corrupt';
};

/**
 * How many of the compressed bytes the deflate stream takes up. zlib stops where the stream ends and adm-zip does not ask
 * where that was; what follows would be a hiding place, and a reader that streams would take it for the next record. It
 * costs inflating twice.
 */
const deflateStreamBytes = (compressed: Buffer, expandedBytes: number): number => {
  // The types do not know what `info` changes: the documentation of node:zlib gives `{ buffer, engine }`.
  const result = inflateRawSync(compressed, { info: true, maxOutputLength: Math.max(1, expandedBytes) }) as unknown as {
    engine: { bytesWritten: number };
  };
  return result.engine.bytesWritten;
};

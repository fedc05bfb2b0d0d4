import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import * as yauzl from 'yauzl';
import { isDropped } from '../../../src/domain/archive/dropped-files.ts';
import type { PackageFile } from '../../../src/domain/package/package-file.ts';

/**
 * What yauzl, at its strictest, finds in an archive: the files, without those that we drop, in its order.
 * @throws Error if yauzl refuses the archive or the CRC of a file, which yauzl leaves to its user, is wrong
 */
export const readWithYauzl = async (archive: Buffer): Promise<PackageFile[]> => {
  const zip = await yauzl.fromBufferPromise(archive, { strictFileNames: true, validateEntrySizes: true });
  const files: PackageFile[] = [];
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue;
    const bytes = await buffer(await zip.openReadStreamPromise(entry));
    if (crc32(bytes) !== entry.crc32) throw new Error(`wrong CRC of ${entry.fileName}`);
    if (!isDropped(entry.fileName)) files.push({ path: entry.fileName, bytes });
  }
  return files;
};

/** Files as an object that compares well and shows well when it does not. */
export const asTexts = (files: PackageFile[]): Record<string, string> =>
  Object.fromEntries(files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString('latin1')] as const));

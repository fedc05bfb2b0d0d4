import AdmZip from 'adm-zip';
import type { PackageFile } from '../package/package-file.ts';
import { sortBytewise } from './sort-bytewise.ts';

/** Midnight of 1980-01-01, the first moment that a zip can name, as DOS date and time. */
const pinnedTime = 0x0021_0000;
/** Made on Unix, by version 2.0: adm-zip would write the system it runs on. */
const pinnedMadeBy = 0x0314;

/**
 * Writes a zip of files whose paths have passed `unpackArchive`. The same files give the same bytes, in whatever order,
 * time zone and locale: entries are in the bytewise order of their paths (adm-zip by itself sorts with `localeCompare`),
 * and time, system and mode are pinned.
 * @throws Error if two files have the same path or a path is not in its simplest form: a bug of the caller
 */
export const packArchive = (files: PackageFile[]): Buffer => {
  const zip = new AdmZip({ noSort: true });
  for (const { path, bytes } of sortBytewise(files)) {
    if (zip.getEntry(path)) throw new Error(`Two files have the path ${path}.`);
    const entry = zip.addFile(path, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (entry.entryName !== path) throw new Error(`${path} cannot be packed under that path.`);
    // Not `header.time`: it takes a date in the time zone of this machine.
    entry.header.timeval = pinnedTime;
    entry.header.made = pinnedMadeBy;
  }
  return zip.toBuffer();
};

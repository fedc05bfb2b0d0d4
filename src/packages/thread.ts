import { readFile } from 'node:fs/promises';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { loadPurifier } from '../domain/package/assets/svg/purify-svg.ts';
import { readPackage, type PackageReading, type ReadRequest } from './read-package.ts';

/** A file is read here, when its turn has come: what waits in line costs no memory. */
export interface ThreadRequest extends Omit<ReadRequest, 'archive'> {
  archive: Uint8Array | { path: string };
  /** False: the files are not handed over. */
  keep: boolean;
}

/** What runs on the thread; without a request it only loads what one needs. The files' bytes are handed over, not copied; piscina sees that only through `move`. */
// oxlint-disable-next-line import/no-default-export -- the shape piscina asks for
export default async (asked: ThreadRequest | null): Promise<PackageReading | undefined> => {
  if (!asked) {
    // Nearly a second, which the first package with a drawing would wait for.
    await loadPurifier();
    return undefined;
  }
  const { archive, keep, ...request } = asked;
  const bytes = 'path' in archive ? await readFile(archive.path) : archive;
  const reading = await readPackage({ ...request, archive: bytes });
  const files = (keep ? reading.files : []).map((file) => ({ path: file.path, bytes: owned(file.bytes) }));
  const repacked = reading.repacked && owned(reading.repacked);
  const result = { ...reading, files, repacked };
  return move({
    get [transferableSymbol]() {
      return [...files.map((file) => file.bytes.buffer), ...(repacked ? [repacked.buffer] : [])];
    },
    get [valueSymbol]() {
      return result;
    },
  }) as unknown as PackageReading;
};

/** Small buffers share one piece of memory, and that can be handed over only once. */
const owned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => {
  const { buffer, byteLength } = bytes;
  const whole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return whole ? new Uint8Array(buffer) : new Uint8Array(bytes);
};
